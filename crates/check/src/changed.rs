//! Numbers in structs and arrays that a loop's turn changes. The verifier walks
//! a turn until it shows nothing new, and a number on the stack that it knows
//! is new in every turn.

use std::collections::BTreeSet;

use ir::{Expr, ExprKind, Local, LocalId, Module, Place, Stmt, StmtKind, Type};

/// With more numbers than this, those behind are left alone.
const MOST: usize = 64;
/// Arrays of more elements are indexed by numbers that are not known.
const MOST_ELEMENTS: u32 = 16;

/// The numbers in the memory of shared locals that statements assign, or that
/// they give the address of.
pub(crate) fn places(
    module: &Module,
    locals: &[Local],
    stmts: &[Stmt],
    shared: &dyn Fn(LocalId) -> bool,
) -> Vec<(Place, Type)> {
    let mut found = Found { module, known: BTreeSet::new(), places: Vec::new() };
    let ours = |place: &Place| {
        matches!(path(place), Some((id, _)) if shared(id)
            && locals.get(id.0 as usize).is_some_and(|local| local.ty.is_aggregate()))
    };
    ir::each_stmt_within(stmts, &mut |stmt| {
        if let StmtKind::Store(place, value) = &stmt.kind
            && ours(place)
        {
            found.add(place, &value.ty);
        }
    });
    // What a helper writes is not known anyway.
    let mut for_helpers: Vec<*const Expr> = Vec::new();
    ir::each_expr(stmts, &mut |expr| match &expr.kind {
        ExprKind::Helper(_, args) | ExprKind::Kfunc(_, args) => {
            for_helpers.extend(args.iter().map(std::ptr::from_ref))
        }
        ExprKind::Address(place)
            if ours(place) && !for_helpers.contains(&std::ptr::from_ref(expr)) =>
        {
            if let Some(pointee) = expr.ptr_type().and_then(|ptr| ptr.pointee.as_deref()) {
                found.add(place, pointee);
            }
        }
        _ => {}
    });
    found.places
}

struct Found<'m> {
    module: &'m Module,
    known: BTreeSet<Vec<u32>>,
    places: Vec<(Place, Type)>,
}

impl Found<'_> {
    fn add(&mut self, place: &Place, ty: &Type) {
        match ty {
            Type::Int(_) => {
                let Some((_, path)) = path(place) else { return };
                if self.places.len() < MOST && self.known.insert(path) {
                    self.places.push((place.clone(), ty.clone()));
                }
            }
            Type::Struct(id) => {
                let of = self.module.struct_(*id);
                // Members of a union are one number.
                let members = if of.is_union { 1 } else { of.fields.len() };
                for (index, field) in of.fields.iter().take(members).enumerate() {
                    self.add(&place.clone().field(index), &field.ty);
                }
            }
            Type::Array(element, len) if *len <= MOST_ELEMENTS => {
                for index in 0..*len {
                    let at = diagnostics::Span::new(0, 0);
                    let index = Expr::int(index.into(), Type::U64, at);
                    self.add(&Place::Index(Box::new(place.clone()), Box::new(index)), element);
                }
            }
            _ => {}
        }
    }
}

/// The local that a place lies in, and the way to it; `None` if it is behind a
/// pointer or an index that is not constant.
fn path(place: &Place) -> Option<(LocalId, Vec<u32>)> {
    match place {
        Place::Local(id) => Some((*id, vec![id.0])),
        Place::Field(base, index) => {
            let (id, mut path) = path(base)?;
            path.push(*index);
            Some((id, path))
        }
        Place::Index(base, index) => {
            let (id, mut path) = path(base)?;
            path.push(u32::try_from(index.as_const()?).ok()?);
            Some((id, path))
        }
        Place::Part(..) | Place::Global(_) | Place::Deref(_) | Place::Context(..) => None,
    }
}
