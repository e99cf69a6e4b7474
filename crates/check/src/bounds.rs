//! Indices that loops count.
//!
//! A counter of a loop that the verifier walks through is known each turn,
//! and an index that is made of such counters needs no test. Which loops are
//! walked through is settled when the work of a whole program is known; where
//! one became a loop of the kernel's iterator, its indices get bounds that
//! the verifier sees.

use ir::{
    BinaryOp, CompareOp, Expr, ExprKind, Function, Local, LocalId, Module, Place, Stmt, StmtKind,
    Type,
};

use crate::work::Scope;

/// Gives every index that is known to lie inside its final form.
pub(crate) fn settle(module: &mut Module) {
    for at in 0..module.functions.len() {
        let function = module.functions[at].clone();
        let scope = Scope::of(&function);
        let mut body = std::mem::take(&mut module.functions[at].body);
        let mut locals: Vec<Local> = Vec::new();
        ir::each_place_mut(&mut body, &mut |place| {
            let Place::Index(base, index) = place else { return };
            if is_settled(index) {
                return;
            }
            if scope.knows(index) {
                **index = hidden((**index).clone());
            } else if let Some(len) = length(base, module, &function, &locals) {
                let id = LocalId((function.locals.len() + locals.len()) as u32);
                locals.push(Local { name: "index".to_owned(), ty: Type::U64 });
                **index = bounded((**index).clone(), id, len);
            }
        });
        let function = &mut module.functions[at];
        function.body = body;
        function.locals.extend(locals);
    }
}

/// Whether an index is a constant, or was given its form where it is used.
fn is_settled(index: &Expr) -> bool {
    let mut settled = index.as_const().is_some();
    ir::each_part(index, &mut |part| settled |= matches!(part.kind, ExprKind::Hidden(_)));
    settled
}

fn length(base: &Place, module: &Module, function: &Function, more: &[Local]) -> Option<u32> {
    let ty = match base {
        Place::Local(id) if id.0 as usize >= function.locals.len() => {
            more.get(id.0 as usize - function.locals.len()).map(|local| local.ty.clone())
        }
        base => base.ty(module, function),
    };
    match ty? {
        Type::Array(_, len) | Type::Str(len) => Some(len),
        _ => None,
    }
}

fn hidden(index: Expr) -> Expr {
    let at = index.span;
    Expr::new(ExprKind::Hidden(Box::new(index)), Type::U64, at)
}

/// An index that lies inside, in a form that shows it.
fn bounded(index: Expr, slot: LocalId, len: u32) -> Expr {
    let at = index.span;
    let number = |value: u32| Expr::int(value.into(), Type::U64, at);
    if len.is_power_of_two() {
        return Expr::binary(BinaryOp::And, hidden(index), number(len - 1), at);
    }
    let keep = Stmt::new(StmtKind::Store(Place::Local(slot), hidden(index)), at);
    let load = Expr::load(Place::Local(slot), Type::U64, at);
    let inside = Expr::compare(CompareOp::Lt, load.clone(), number(len), at);
    let choice = ExprKind::Select(Box::new(inside), Box::new(load), Box::new(number(0)));
    let choice = hidden(Expr::new(choice, Type::U64, at));
    Expr::new(ExprKind::Sequence(vec![keep], Box::new(choice)), Type::U64, at)
}
