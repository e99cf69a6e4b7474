//! Walks over every place and every call of a function body that may put
//! others in their stead.

use crate::{Expr, ExprKind, FunctionId, Place, Stmt, StmtKind};

/// Shows the function of every call in the statements to `change`.
pub fn each_call_mut(stmts: &mut [Stmt], change: &mut dyn FnMut(&mut FunctionId)) {
    walk(stmts, &mut |part| {
        if let Part::Callee(id) = part {
            change(id);
        }
    });
}

enum Part<'a> {
    Place(&'a mut Place),
    Callee(&'a mut FunctionId),
}

/// Shows every place in the statements to `change`, inner before outer; what
/// `change` puts there is not shown again.
pub fn each_place_mut(stmts: &mut [Stmt], change: &mut dyn FnMut(&mut Place)) {
    walk(stmts, &mut |part| {
        if let Part::Place(place) = part {
            change(place);
        }
    });
}

fn walk(stmts: &mut [Stmt], change: &mut dyn FnMut(Part<'_>)) {
    for stmt in stmts {
        match &mut stmt.kind {
            StmtKind::Store(place, value) => {
                in_place(place, change);
                in_expr(value, change);
            }
            StmtKind::Zero(place)
            | StmtKind::ZeroPart(place, ..)
            | StmtKind::StoreStr(place, _) => in_place(place, change),
            StmtKind::Copy(to, from) => {
                in_place(to, change);
                in_place(from, change);
            }
            StmtKind::Gather(gather) => {
                in_place(&mut gather.buffer, change);
                in_place(&mut gather.to, change);
                gather.from.iter_mut().for_each(|place| in_place(place, change));
            }
            StmtKind::Eval(value) | StmtKind::Return(Some(value)) => in_expr(value, change),
            StmtKind::If(test, then, orelse) => {
                in_expr(test, change);
                walk(then, change);
                walk(orelse, change);
            }
            StmtKind::Loop { test, body, orelse, .. } => {
                in_expr(test, change);
                walk(body, change);
                walk(orelse, change);
            }
            StmtKind::ForRange { body, orelse, .. } => {
                walk(body, change);
                walk(orelse, change);
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::Return(None) => {}
        }
    }
}

fn in_place(place: &mut Place, change: &mut dyn FnMut(Part<'_>)) {
    match place {
        Place::Local(_) | Place::Global(_) => {}
        Place::Deref(pointer) => in_expr(pointer, change),
        Place::Field(base, _) | Place::Part(base, ..) => in_place(base, change),
        Place::Index(base, index) => {
            in_place(base, change);
            in_expr(index, change);
        }
        Place::Context(context, ..) => in_expr(context, change),
    }
    change(Part::Place(place));
}

fn in_expr(expr: &mut Expr, change: &mut dyn FnMut(Part<'_>)) {
    match &mut expr.kind {
        ExprKind::Const(_)
        | ExprKind::Null
        | ExprKind::Map(_)
        | ExprKind::Str(_)
        | ExprKind::Extern(_)
        | ExprKind::Query(_) => {}
        ExprKind::Load(place) | ExprKind::Address(place) => in_place(place, change),
        ExprKind::Text(op) => op.places_mut().into_iter().for_each(|place| in_place(place, change)),
        ExprKind::Spill(value)
        | ExprKind::Convert(value)
        | ExprKind::NonNull(value)
        | ExprKind::IsFound(value)
        | ExprKind::Hidden(value)
        | ExprKind::InPacket(value)
        | ExprKind::Unary(_, value) => in_expr(value, change),
        ExprKind::Binary(_, left, right)
        | ExprKind::Compare(_, left, right)
        | ExprKind::Advance(left, right)
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right) => {
            in_expr(left, change);
            in_expr(right, change);
        }
        ExprKind::Select(test, yes, no) => {
            in_expr(test, change);
            in_expr(yes, change);
            in_expr(no, change);
        }
        ExprKind::Function(id) => change(Part::Callee(id)),
        ExprKind::Call(id, args) => {
            change(Part::Callee(id));
            args.iter_mut().for_each(|arg| in_expr(arg, change));
        }
        ExprKind::Atomic(_, place, args) => {
            in_place(place, change);
            args.iter_mut().for_each(|arg| in_expr(arg, change));
        }
        ExprKind::Helper(_, args) | ExprKind::Kfunc(_, args) => {
            args.iter_mut().for_each(|arg| in_expr(arg, change));
        }
        ExprKind::Sequence(stmts, value) => {
            walk(stmts, change);
            in_expr(value, change);
        }
    }
}
