//! Walks over every expression and place of a function body, inner ones
//! included.

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

/// Shows every statement to `see`, outer before inner, those inside expressions too.
pub fn each_stmt_within<'a>(stmts: &'a [Stmt], see: &mut dyn FnMut(&'a Stmt)) {
    walk(stmts, &mut |part| {
        if let Part::Stmt(stmt) = part {
            see(stmt);
        }
    });
}

/// Shows every expression in the statements to `see`, outer before inner.
pub fn each_expr(stmts: &[Stmt], see: &mut dyn FnMut(&Expr)) {
    walk(stmts, &mut |part| {
        if let Part::Expr(expr) = part {
            see(expr);
        }
    });
}

/// Shows every place in the statements to `see`, outer before inner; a loop's
/// counter is none.
pub fn each_place(stmts: &[Stmt], see: &mut dyn FnMut(&Place)) {
    walk(stmts, &mut |part| {
        if let Part::Place(place) = part {
            see(place);
        }
    });
}

/// Shows an expression and all its parts to `see`, outer before inner.
pub fn each_part<'a>(expr: &'a Expr, see: &mut dyn FnMut(&'a Expr)) {
    in_expr(expr, &mut |part| {
        if let Part::Expr(expr) = part {
            see(expr);
        }
    });
}

/// Shows every place in an expression to `see`, outer before inner.
pub fn each_place_of(expr: &Expr, see: &mut dyn FnMut(&Place)) {
    in_expr(expr, &mut |part| {
        if let Part::Place(place) = part {
            see(place);
        }
    });
}

enum Part<'a> {
    Stmt(&'a Stmt),
    Expr(&'a Expr),
    Place(&'a Place),
}

fn walk<'a>(stmts: &'a [Stmt], see: &mut dyn FnMut(Part<'a>)) {
    for stmt in stmts {
        see(Part::Stmt(stmt));
        match &stmt.kind {
            StmtKind::Store(place, value) => {
                in_place(place, see);
                in_expr(value, see);
            }
            StmtKind::Zero(place)
            | StmtKind::ZeroPart(place, ..)
            | StmtKind::StoreStr(place, _) => in_place(place, see),
            StmtKind::Copy(to, from) => {
                in_place(to, see);
                in_place(from, see);
            }
            StmtKind::Gather(gather) => {
                in_place(&gather.buffer, see);
                in_place(&gather.to, see);
                gather.from.iter().for_each(|place| in_place(place, see));
            }
            StmtKind::Eval(value) | StmtKind::Return(Some(value)) => in_expr(value, see),
            StmtKind::If(test, then, orelse) => {
                in_expr(test, see);
                walk(then, see);
                walk(orelse, see);
            }
            StmtKind::Loop { test, body, orelse, .. } => {
                in_expr(test, see);
                walk(body, see);
                walk(orelse, see);
            }
            StmtKind::ForRange { body, orelse, .. } => {
                walk(body, see);
                walk(orelse, see);
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::Return(None) => {}
        }
    }
}

fn in_place<'a>(place: &'a Place, see: &mut dyn FnMut(Part<'a>)) {
    see(Part::Place(place));
    match place {
        Place::Local(_) | Place::Global(_) => {}
        Place::Deref(pointer) => in_expr(pointer, see),
        Place::Field(base, _) => in_place(base, see),
        Place::Index(base, index) => {
            in_place(base, see);
            in_expr(index, see);
        }
        Place::Part(base, ..) => in_place(base, see),
        Place::Context(context, ..) => in_expr(context, see),
    }
}

fn in_expr<'a>(expr: &'a Expr, see: &mut dyn FnMut(Part<'a>)) {
    see(Part::Expr(expr));
    match &expr.kind {
        ExprKind::Const(_)
        | ExprKind::Null
        | ExprKind::Map(_)
        | ExprKind::Str(_)
        | ExprKind::Query(_)
        | ExprKind::Extern(_)
        | ExprKind::Function(_) => {}
        ExprKind::Load(place) | ExprKind::Address(place) => in_place(place, see),
        ExprKind::Spill(value)
        | ExprKind::Convert(value)
        | ExprKind::NonNull(value)
        | ExprKind::IsFound(value)
        | ExprKind::Hidden(value)
        | ExprKind::InPacket(value)
        | ExprKind::Unary(_, value) => in_expr(value, see),
        ExprKind::Binary(_, left, right)
        | ExprKind::Compare(_, left, right)
        | ExprKind::Advance(left, right)
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right) => {
            in_expr(left, see);
            in_expr(right, see);
        }
        ExprKind::Select(test, yes, no) => {
            in_expr(test, see);
            in_expr(yes, see);
            in_expr(no, see);
        }
        ExprKind::Text(op) => op.places().into_iter().for_each(|place| in_place(place, see)),
        ExprKind::Atomic(_, place, args) => {
            in_place(place, see);
            args.iter().for_each(|arg| in_expr(arg, see));
        }
        ExprKind::Helper(_, args) | ExprKind::Kfunc(_, args) | ExprKind::Call(_, args) => {
            args.iter().for_each(|arg| in_expr(arg, see));
        }
        ExprKind::Sequence(stmts, value) => {
            walk(stmts, see);
            in_expr(value, see);
        }
    }
}
