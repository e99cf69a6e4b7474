//! Which pointers the kernel trusts that a kfunc is given: not those that were
//! read from memory on the way. It is asked of the finished body, as a local
//! may be given another pointer further below, in a loop.

use std::collections::HashMap;

use diagnostics::Span;
use ir::{Expr, ExprKind, LocalId, Place, PtrType, Region, StmtKind, Type};
use kernel::{ContextKind, ProgType, Trust};

use super::Body;
use super::value::Value;
use crate::flavours::essential_name;

impl Body<'_, '_> {
    /// The local whose held object a value is.
    pub(super) fn held_root(&self, value: &Value) -> Option<LocalId> {
        let Value::Scalar(expr) = value else { return None };
        let held = |id: &LocalId| {
            let region = match self.local_type(*id) {
                Type::Ptr(ptr) => ptr.region,
                _ => return false,
            };
            matches!(region, Region::Trusted | Region::Socket)
                && self.flow.reservation(*id).is_some()
        };
        locals_behind(expr).into_iter().find(|id| held(id))
    }

    /// Reports kfuncs that are given what the kernel does not trust.
    pub(super) fn check_trust(&mut self) {
        if !self.graph.kfuncs.contains_key(&self.id) {
            return;
        }
        let mut stores: Vec<(LocalId, Expr)> = Vec::new();
        let mut given: Vec<(Expr, Trust)> = Vec::new();
        let externs = &self.s.module.externs;
        ir::each_stmt_within(&self.out, &mut |stmt| {
            if let StmtKind::Store(Place::Local(id), value) = &stmt.kind {
                stores.push((*id, value.clone()));
            }
        });
        ir::each_expr(&self.out, &mut |expr| {
            if let ExprKind::Kfunc(id, args) = &expr.kind {
                let known = externs.get(id.0 as usize).and_then(|own| kernel::kfunc(&own.name));
                let takes_rcu = known.is_some_and(|kfunc| kfunc.flags().takes_rcu());
                let wanted = if takes_rcu { Trust::Rcu } else { Trust::Full };
                let objects = args
                    .iter()
                    .filter(|arg| arg.ptr_type().is_some_and(|ptr| ptr.region == Region::Trusted));
                given.extend(objects.cloned().map(|object| (object, wanted)));
            }
        });
        // A local is trusted no further than what is stored to it anywhere.
        let mut locals: HashMap<LocalId, Trust> = HashMap::new();
        loop {
            let mut changed = false;
            for (id, value) in &stores {
                let known = locals.get(id).copied().unwrap_or(Trust::Full);
                let trust = self.trust(value, &locals).min(known);
                changed |= trust != known;
                locals.insert(*id, trust);
            }
            if !changed {
                break;
            }
        }
        let wrong: Vec<(Span, Type)> = given
            .iter()
            .filter(|(arg, wanted)| self.trust(arg, &locals) < *wanted)
            .map(|(arg, _)| (arg.span, arg.ty.clone()))
            .collect();
        for (at, ty) in wrong {
            let name = match &ty {
                Type::Ptr(ptr) => ptr.pointee.as_ref().map(|pointee| self.s.type_name(pointee)),
                _ => None,
            };
            self.untrusted(&name.unwrap_or_default(), at);
        }
    }

    /// How far the kernel trusts a pointer.
    fn trust(&self, expr: &Expr, locals: &HashMap<LocalId, Trust>) -> Trust {
        let full = |holds: bool| if holds { Trust::Full } else { Trust::None };
        match &expr.kind {
            ExprKind::Convert(inner) | ExprKind::NonNull(inner) | ExprKind::Hidden(inner) => {
                self.trust(inner, locals)
            }
            ExprKind::Null => Trust::Full,
            ExprKind::Load(Place::Local(id)) => locals.get(id).copied().unwrap_or(Trust::Full),
            ExprKind::Load(Place::Context(..)) => full(self.passes_trusted()),
            ExprKind::Load(Place::Field(base, index)) => match base.as_ref() {
                Place::Deref(pointer) => self.member_trust(pointer, *index, locals),
                _ => Trust::None,
            },
            ExprKind::Kfunc(id, _) => {
                let name = &self.s.module.extern_(*id).name;
                full(kernel::kfunc(name).is_some_and(|kfunc| kfunc.flags().acquires()))
            }
            ExprKind::Helper(id, _) => {
                let trusted = ["get_current_task_btf", "kptr_xchg"];
                let gives = |name: &str| kernel::helper(name).is_some_and(|own| own.id == *id);
                full(trusted.into_iter().any(gives))
            }
            _ => Trust::None,
        }
    }

    /// How far it trusts what a member of a struct points to. A program that may sleep
    /// does not hold RCU's read side.
    fn member_trust(&self, pointer: &Expr, index: u32, locals: &HashMap<LocalId, Trust>) -> Trust {
        let Some(PtrType { pointee: Some(of), region: Region::Trusted, .. }) = pointer.ptr_type()
        else {
            return Trust::None;
        };
        let Type::Struct(id) = of.as_ref() else { return Trust::None };
        let laid = self.s.module.struct_(*id);
        let Some(member) = laid.fields.get(index as usize) else { return Trust::None };
        let sleeps = self.section.as_ref().is_none_or(|section| section.def.sleepable);
        let (known, base) = (
            kernel::field_trust(essential_name(&laid.name), &member.name),
            self.trust(pointer, locals),
        );
        match known {
            Trust::Rcu if sleeps => Trust::None,
            known => known.min(base),
        }
    }

    /// Whether the kernel trusts what the hook passes: tracepoints by type,
    /// iterators, security modules and operations.
    fn passes_trusted(&self) -> bool {
        self.section.as_ref().is_some_and(|section| {
            let def = section.def;
            match def.prog_type {
                ProgType::Lsm | ProgType::StructOps => true,
                ProgType::Tracing => {
                    def.context == ContextKind::Iterator
                        || def.attach_type == Some("BPF_TRACE_RAW_TP")
                }
                _ => false,
            }
        })
    }
}

/// The locals that a pointer may be loaded from.
fn locals_behind(expr: &Expr) -> Vec<LocalId> {
    match &expr.kind {
        ExprKind::Convert(inner) | ExprKind::NonNull(inner) | ExprKind::Hidden(inner) => {
            locals_behind(inner)
        }
        ExprKind::Load(Place::Local(id)) => vec![*id],
        ExprKind::Select(_, yes, no) => [locals_behind(yes), locals_behind(no)].concat(),
        ExprKind::Sequence(_, value) => locals_behind(value),
        _ => Vec::new(),
    }
}
