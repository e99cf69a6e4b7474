//! Mirrors: stack slots that hold a local's value for helpers that read it.
//!
//! A helper takes a key or a value by its address. Where one local goes to
//! helpers more than once, it is kept in memory in the type that they want,
//! written where the local is assigned; C programmers do the same by taking
//! the address of a variable. A single use is stored where it is used.

use std::collections::{HashMap, HashSet};

use inkwell::values::{BasicValueEnum, PointerValue};
use ir::{Expr, ExprKind, LocalId, Place, Type};

use crate::Result;
use crate::function::{Lowering, STACK_ALIGN};

/// The mirrors of a function.
#[derive(Default)]
pub(crate) struct Mirrors<'c> {
    slots: HashMap<LocalId, Vec<(Type, PointerValue<'c>)>>,
}

impl<'c> Mirrors<'c> {
    /// The slot that already holds the value of the expression.
    pub(crate) fn of(&self, value: &Expr) -> Option<PointerValue<'c>> {
        let id = mirrored(value)?;
        let (_, slot) = self.slots.get(&id)?.iter().find(|(ty, _)| *ty == value.ty)?;
        Some(*slot)
    }
}

/// The local whose value, converted once at the most, the expression is.
fn mirrored(value: &Expr) -> Option<LocalId> {
    let inner = match &value.kind {
        ExprKind::Convert(inner) => inner,
        _ => value,
    };
    match inner.kind {
        ExprKind::Load(Place::Local(id)) => Some(id),
        _ => None,
    }
}

impl<'c> Lowering<'_, 'c, '_> {
    /// Finds the locals that are worth a mirror. One whose address is taken
    /// may change behind our back and has none.
    pub(crate) fn make_mirrors(&mut self) -> Result<()> {
        let mut uses: HashMap<(LocalId, Type), u32> = HashMap::new();
        let mut exposed: HashSet<LocalId> = HashSet::new();
        ir::each_expr(&self.function.body, &mut |expr| match &expr.kind {
            ExprKind::Spill(value) => {
                if let Some(id) = mirrored(value) {
                    *uses.entry((id, value.ty.clone())).or_default() += 1;
                }
            }
            ExprKind::Address(Place::Local(id)) => {
                exposed.insert(*id);
            }
            _ => {}
        });
        let mut wanted: Vec<(LocalId, Type)> = uses
            .into_iter()
            .filter(|((id, _), count)| *count > 1 && !exposed.contains(id))
            .map(|(key, _)| key)
            .collect();
        // The order of a hash map is not the same twice; the output must be.
        wanted.sort_by_key(|(id, ty)| (id.0, ty.size(self.d.module)));
        for (id, ty) in wanted {
            let slot = self.slot(ty.size(self.d.module), "mirror")?;
            self.mirrors.slots.entry(id).or_default().push((ty, slot));
        }
        Ok(())
    }

    /// A local was given a value: its mirrors follow.
    pub(crate) fn mirror(&self, id: LocalId, ty: &Type, value: BasicValueEnum<'c>) -> Result<()> {
        for (mirror_type, slot) in self.mirrors.slots.get(&id).into_iter().flatten() {
            let value = self.convert_register(value, ty, mirror_type)?;
            self.store(*slot, mirror_type, value, u64::from(STACK_ALIGN))?;
        }
        Ok(())
    }
}
