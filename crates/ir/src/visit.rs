//! A walk over every expression of a function body, inner ones included.

use crate::{Expr, ExprKind, Place, Stmt, StmtKind};

/// Shows every statement to `see`, outer before inner; not those inside
/// expressions.
pub fn each_stmt<'a>(stmts: &'a [Stmt], see: &mut dyn FnMut(&'a Stmt)) {
    for stmt in stmts {
        see(stmt);
        match &stmt.kind {
            StmtKind::If(_, then, orelse) => {
                each_stmt(then, see);
                each_stmt(orelse, see);
            }
            StmtKind::ForRange { body, orelse, .. } | StmtKind::Loop { body, orelse, .. } => {
                each_stmt(body, see);
                each_stmt(orelse, see);
            }
            _ => {}
        }
    }
}

/// Shows every expression in the statements to `see`, outer before inner.
pub fn each_expr(stmts: &[Stmt], see: &mut dyn FnMut(&Expr)) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Store(place, value) => {
                in_place(place, see);
                each_part(value, see);
            }
            StmtKind::Zero(place) | StmtKind::StoreStr(place, _) => in_place(place, see),
            StmtKind::Copy(to, from) => {
                in_place(to, see);
                in_place(from, see);
            }
            StmtKind::Eval(value) | StmtKind::Return(Some(value)) => each_part(value, see),
            StmtKind::If(test, then, orelse) => {
                each_part(test, see);
                each_expr(then, see);
                each_expr(orelse, see);
            }
            StmtKind::Loop { test, body, orelse, .. } => {
                each_part(test, see);
                each_expr(body, see);
                each_expr(orelse, see);
            }
            StmtKind::ForRange { body, orelse, .. } => {
                each_expr(body, see);
                each_expr(orelse, see);
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::Return(None) => {}
        }
    }
}

fn in_place(place: &Place, see: &mut dyn FnMut(&Expr)) {
    match place {
        Place::Local(_) | Place::Global(_) => {}
        Place::Deref(pointer) => each_part(pointer, see),
        Place::Field(base, _) => in_place(base, see),
        Place::Index(base, index) => {
            in_place(base, see);
            each_part(index, see);
        }
        Place::Part(base, ..) => in_place(base, see),
    }
}

/// Shows an expression and all its parts to `see`, outer before inner.
pub fn each_part(expr: &Expr, see: &mut dyn FnMut(&Expr)) {
    see(expr);
    match &expr.kind {
        ExprKind::Const(_)
        | ExprKind::Null
        | ExprKind::Map(_)
        | ExprKind::Str(_)
        | ExprKind::Function(_) => {}
        ExprKind::Load(place) | ExprKind::Address(place) => in_place(place, see),
        ExprKind::Spill(value)
        | ExprKind::Convert(value)
        | ExprKind::NonNull(value)
        | ExprKind::IsFound(value)
        | ExprKind::Hidden(value)
        | ExprKind::Unary(_, value) => each_part(value, see),
        ExprKind::Binary(_, left, right)
        | ExprKind::Compare(_, left, right)
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right) => {
            each_part(left, see);
            each_part(right, see);
        }
        ExprKind::Select(test, yes, no) => {
            each_part(test, see);
            each_part(yes, see);
            each_part(no, see);
        }
        ExprKind::Text(op) => op.places().into_iter().for_each(|place| in_place(place, see)),
        ExprKind::Atomic(_, place, args) => {
            in_place(place, see);
            args.iter().for_each(|arg| each_part(arg, see));
        }
        ExprKind::Helper(_, args) | ExprKind::Call(_, args) => {
            args.iter().for_each(|arg| each_part(arg, see));
        }
        ExprKind::Sequence(stmts, value) => {
            each_expr(stmts, see);
            each_part(value, see);
        }
    }
}
