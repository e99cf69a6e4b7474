//! Whether LLVM may lose the number that a loop counts. Where a loop asks if
//! something equals another number, LLVM goes on with that one where it does:
//! of `if i + x: return` it makes that `i` is `-x` from there on, and the
//! verifier no longer sees a count.

use std::collections::HashSet;

use ir::{CompareOp, Expr, ExprKind, LocalId, Place, Stmt, StmtKind};

/// Whether a loop may take something else for a number that it counts. `counts`
/// are the locals that every turn changes in the way of the one that ends the
/// loop: where two of them start alike, LLVM makes one of them.
pub(super) fn equated(test: &Expr, body: &[Stmt], counts: &HashSet<LocalId>) -> bool {
    let mut derived = Derived { counts, locals: counts.clone(), memory: false };
    while derived.grow(test, body) {}
    let mut found = false;
    each(test, body, &mut |expr| found |= derived.is_lost_in(expr));
    found
}

/// What is computed from counts.
struct Derived<'c> {
    counts: &'c HashSet<LocalId>,
    locals: HashSet<LocalId>,
    /// Whether some of it is kept in memory.
    memory: bool,
}

impl Derived<'_> {
    /// Takes what statements compute from what is known so far; whether that is
    /// more.
    fn grow(&mut self, test: &Expr, body: &[Stmt]) -> bool {
        let (known, memory) = (self.locals.len(), self.memory);
        let mut see = |stmt: &Stmt| {
            let StmtKind::Store(place, value) = &stmt.kind else { return };
            match place {
                Place::Local(id) if self.has(value) => {
                    self.locals.insert(*id);
                }
                Place::Local(_) => {}
                // It may be a count itself.
                _ => self.memory |= self.has(value) || loads_memory(value),
            }
        };
        ir::each_stmt_within(body, &mut see);
        ir::each_part(test, &mut |expr| {
            if let ExprKind::Sequence(stmts, _) = &expr.kind {
                ir::each_stmt(stmts, &mut see);
            }
        });
        self.locals.len() > known || self.memory != memory
    }

    fn has(&self, expr: &Expr) -> bool {
        let mut found = false;
        ir::each_part(expr, &mut |part| {
            found |= match &part.kind {
                ExprKind::Load(Place::Local(id)) => self.locals.contains(id),
                ExprKind::Load(_) => self.memory,
                _ => false,
            };
        });
        found
    }

    fn is_lost_in(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Compare(CompareOp::Eq | CompareOp::Ne, left, right) => {
                // What counts and constants are equal to is known, too.
                !(self.is_known(left) && self.is_known(right))
                    && (self.has(left) || self.has(right))
            }
            // A function may ask, too.
            ExprKind::Call(_, args) => args.iter().any(|arg| self.has(arg)),
            _ => false,
        }
    }

    /// Whether an expression is made of counts and constants.
    fn is_known(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Const(_) => true,
            ExprKind::Load(Place::Local(id)) => self.counts.contains(id),
            ExprKind::Convert(inner) | ExprKind::Unary(_, inner) => self.is_known(inner),
            ExprKind::Binary(_, left, right) => self.is_known(left) && self.is_known(right),
            _ => false,
        }
    }
}

fn each(test: &Expr, body: &[Stmt], see: &mut dyn FnMut(&Expr)) {
    ir::each_part(test, see);
    ir::each_expr(body, see);
}

fn loads_memory(expr: &Expr) -> bool {
    let mut found = false;
    ir::each_part(expr, &mut |part| {
        found |= matches!(&part.kind, ExprKind::Load(place) if !matches!(place, Place::Local(_)));
    });
    found
}
