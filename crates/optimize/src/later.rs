//! What a function may still use behind a statement.

use std::collections::HashSet;

use ir::{Expr, LocalId, Place, Stmt, StmtKind};

/// Locals of those that are asked about.
pub(crate) type Locals = HashSet<LocalId>;

/// Shows every statement of a body, those inside expressions aside, with those of the
/// `wanted` locals that may be used behind it before they are set anew: the last
/// statement first. It may name one too many, but leaves none out.
pub(crate) fn each(body: &[Stmt], wanted: &Locals, see: &mut dyn FnMut(&Stmt, &Locals)) {
    let mut walk = Walk { wanted, see };
    walk.block(body, Locals::new(), &Ways::default());
}

/// What may be used where a loop is left or goes on.
#[derive(Default)]
struct Ways {
    end: Locals,
    turn: Locals,
}

struct Walk<'a> {
    wanted: &'a Locals,
    see: &'a mut dyn FnMut(&Stmt, &Locals),
}

impl Walk<'_> {
    /// What may be used before a block, with what may be used behind it.
    fn block(&mut self, stmts: &[Stmt], mut behind: Locals, ways: &Ways) -> Locals {
        for stmt in stmts.iter().rev() {
            behind = self.stmt(stmt, behind, ways);
        }
        behind
    }

    fn stmt(&mut self, stmt: &Stmt, mut behind: Locals, ways: &Ways) -> Locals {
        match &stmt.kind {
            StmtKind::If(test, then, orelse) => {
                let mut before = self.block(orelse, behind.clone(), ways);
                before.extend(self.block(then, behind.clone(), ways));
                before.extend(self.in_expr(test));
                (self.see)(stmt, &behind);
                before
            }
            StmtKind::Loop { test, body, orelse, .. } => {
                let asked = self.in_expr(test);
                self.turns(stmt, asked, body, orelse, behind, ways)
            }
            StmtKind::ForRange { body, orelse, .. } => {
                self.turns(stmt, Locals::new(), body, orelse, behind, ways)
            }
            kind => {
                behind = match kind {
                    StmtKind::Return(_) => Locals::new(),
                    StmtKind::Break => ways.end.clone(),
                    StmtKind::Continue => ways.turn.clone(),
                    _ => behind,
                };
                (self.see)(stmt, &behind);
                if let Some(set) = set_whole(stmt) {
                    behind.remove(&set);
                }
                behind.extend(self.leaf(stmt));
                behind
            }
        }
    }

    /// A loop, with what its test uses.
    fn turns(
        &mut self,
        stmt: &Stmt,
        mut before: Locals,
        body: &[Stmt],
        orelse: &[Stmt],
        behind: Locals,
        ways: &Ways,
    ) -> Locals {
        before.extend(self.block(orelse, behind.clone(), ways));
        before.extend(&behind);
        before.extend(self.exposed(body));
        let inner = Ways { end: behind.clone(), turn: before.clone() };
        self.block(body, before.clone(), &inner);
        (self.see)(stmt, &behind);
        before
    }

    /// What statements use before they set it, whatever comes behind them.
    fn exposed(&self, stmts: &[Stmt]) -> Locals {
        let mut found = Locals::new();
        for stmt in stmts.iter().rev() {
            let own = match &stmt.kind {
                StmtKind::If(test, then, orelse) => {
                    let mut own = self.in_expr(test);
                    own.extend(self.exposed(then));
                    own.extend(self.exposed(orelse));
                    own
                }
                StmtKind::Loop { test, body, orelse, .. } => {
                    let mut own = self.in_expr(test);
                    own.extend(self.exposed(body));
                    own.extend(self.exposed(orelse));
                    own
                }
                StmtKind::ForRange { body, orelse, .. } => {
                    let mut own = self.exposed(body);
                    own.extend(self.exposed(orelse));
                    own
                }
                _ => {
                    if let Some(set) = set_whole(stmt) {
                        found.remove(&set);
                    }
                    self.leaf(stmt)
                }
            };
            found.extend(own);
        }
        found
    }

    /// What a statement without others in it uses.
    fn leaf(&self, stmt: &Stmt) -> Locals {
        match &stmt.kind {
            StmtKind::Store(Place::Local(_), value) => self.in_expr(value),
            _ => {
                let mut found = Locals::new();
                let stmts = std::slice::from_ref(stmt);
                ir::each_place(stmts, &mut |place| self.note(place, &mut found));
                found
            }
        }
    }

    fn in_expr(&self, expr: &Expr) -> Locals {
        let mut found = Locals::new();
        ir::each_place_of(expr, &mut |place| self.note(place, &mut found));
        found
    }

    fn note(&self, place: &Place, found: &mut Locals) {
        if let Place::Local(id) = place
            && self.wanted.contains(id)
        {
            found.insert(*id);
        }
    }
}

/// The local that a statement sets as a whole.
fn set_whole(stmt: &Stmt) -> Option<LocalId> {
    match &stmt.kind {
        StmtKind::Store(Place::Local(id), _) => Some(*id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::Span;
    use ir::{Bound, ExprKind, Type};

    fn stmt(kind: StmtKind) -> Stmt {
        Stmt::new(kind, Span::default())
    }

    fn load(id: u32) -> Expr {
        Expr::load(Place::Local(LocalId(id)), Type::U64, Span::default())
    }

    fn set(id: u32) -> Stmt {
        let value = Expr::int(0, Type::U64, Span::default());
        stmt(StmtKind::Store(Place::Local(LocalId(id)), value))
    }

    fn turns(body: Vec<Stmt>) -> Stmt {
        let test = Expr::new(ExprKind::Const(1), Type::Bool, Span::default());
        let (bound, index) = (Bound::Iterator, LocalId(9));
        stmt(StmtKind::Loop { test, bound, index, body, orelse: Vec::new() })
    }

    /// Whether local 0 may be used behind the first `set(1)`.
    fn is_used(body: &[Stmt]) -> bool {
        let mut found = None;
        each(body, &Locals::from([LocalId(0)]), &mut |stmt, behind| {
            if matches!(stmt.kind, StmtKind::Store(Place::Local(LocalId(1)), _)) {
                found = Some(!behind.is_empty());
            }
        });
        found.unwrap()
    }

    #[test]
    fn what_is_set_anew_is_not_used() {
        assert!(is_used(&[set(1), stmt(StmtKind::Eval(load(0)))]));
        assert!(!is_used(&[set(1), set(0), stmt(StmtKind::Eval(load(0)))]));
        assert!(!is_used(&[set(1), stmt(StmtKind::Return(None)), stmt(StmtKind::Eval(load(0)))]));
        let either = StmtKind::If(load(2), vec![set(0)], vec![]);
        assert!(is_used(&[set(1), stmt(either), stmt(StmtKind::Eval(load(0)))]));
    }

    #[test]
    fn turns_come_again() {
        let uses = || stmt(StmtKind::Eval(load(0)));
        assert!(is_used(&[turns(vec![uses(), set(1)])]));
        assert!(!is_used(&[turns(vec![set(0), uses(), set(1)])]));
        assert!(is_used(&[turns(vec![set(0), uses(), set(1)]), uses()]));
        let next = || stmt(StmtKind::If(load(2), vec![set(1), stmt(StmtKind::Continue)], vec![]));
        assert!(is_used(&[turns(vec![uses(), next(), set(0)])]));
        let end = || stmt(StmtKind::If(load(2), vec![set(1), stmt(StmtKind::Break)], vec![]));
        assert!(!is_used(&[turns(vec![uses(), end(), set(0)])]));
        assert!(is_used(&[turns(vec![set(0), end()]), uses()]));
    }
}
