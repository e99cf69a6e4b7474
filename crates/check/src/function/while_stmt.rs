//! `while`, and what loops without a constant number of turns need.

use std::collections::HashSet;

use diagnostics::{Diagnostic, Span, codes};
use ir::{Bound, Expr, StmtKind, Type};

use super::Body;
use super::flow::{Facts, Flow, assigned_names, in_expr};
use super::logic::after;
use super::loops::LoopFlow;
use super::range::{Range, range};
use super::turns::{self, Limits, Turns};
use crate::called::CALLED;
use crate::session::{Reported, Result};
use crate::work::iterated_since;

/// With more turns than this, each of which may be the last, the verifier has
/// too many ways to come back to.
pub(super) const MAX_OPEN_TURNS: u64 = 4096;
/// A step that no number of turns makes wrap.
const MAX_STEP: i128 = 1 << 20;

impl Body<'_, '_> {
    pub(super) fn while_stmt(
        &mut self,
        test: &syntax::Expr,
        body: &[syntax::Stmt],
        orelse: &[syntax::Stmt],
        at: Span,
    ) -> Result<()> {
        let entry = self.flow.clone();
        let mut assigned = HashSet::new();
        assigned_names(body, &mut assigned, &mut HashSet::new());
        in_expr(test, &mut assigned);
        let rising = self.rising(&assigned, test, body);
        self.forget_names(&assigned);
        self.moved_by_turns(body);
        for (id, min) in rising {
            self.flow.set_number(id, Range::between(min, i64::MAX.into()), None);
        }
        let index = self.hidden("turn", Type::I64);
        let (tested, steps) = self.apart(|this| this.test(test));
        let failed = tested.is_err();
        let (asked, facts) =
            tested.unwrap_or_else(|_| (Expr::int(1, Type::Bool, test.span), Facts::none()));
        let (asked, forever) = (after(steps, asked), facts_always(test, failed));
        let mut ended = self.flow.clone();
        self.flow.after_test(&facts, true);
        self.learn_test(&asked, true);
        let begin = self.flow.clone();
        self.loops.push(LoopFlow::new(begin.clone()));
        let ((), turn) = self.apart(|this| {
            this.block(body);
            this.same_at_turn_end(&begin, body.last().map_or(at, |last| last.span));
        });
        let Some(left) = self.loops.pop() else { return Err(Reported) };
        ended.after_test(&facts, false);
        ended.reachable &= !forever;
        self.flow = ended;
        self.learn_test(&asked, false);
        let ((), orelse) = self.apart(|this| this.block(orelse));
        self.flow = left.join_breaks(self.flow.clone());
        if failed {
            self.assume(&assigned);
            return Err(Reported);
        }
        let turns = { turns::most(&asked, &turn, &|expr| self.limits_in(expr, &entry)) };
        let bound = self.bound(turns, test.span, at).inspect_err(|_| self.assume(&assigned))?;
        // The count lets the test come to its last answer, as it may also act.
        let bound = match bound {
            Bound::Turns(most) => Bound::Turns(most + 1),
            bound => bound,
        };
        let kind = StmtKind::Loop { index, test: asked, body: turn, orelse, bound };
        self.push(kind, at);
        if !self.flow.reachable {
            // Where the kernel ends the loop, the function ends.
            self.end_function(at);
        }
        Ok(())
    }

    /// The 64-bit locals that a loop only ever adds to, with their least
    /// values: no loop turns so often that they wrap.
    fn rising(
        &self,
        assigned: &HashSet<String>,
        test: &syntax::Expr,
        body: &[syntax::Stmt],
    ) -> Vec<(ir::LocalId, i128)> {
        let mut otherwise = HashSet::new();
        in_expr(test, &mut otherwise);
        changed_otherwise(body, &mut otherwise);
        let ids = assigned.difference(&otherwise).filter_map(|name| self.names.get(name)?.id);
        ids.filter(|id| matches!(self.local_type(*id), Type::Int(int) if int.bits == 64))
            .filter_map(|id| Some((id, self.flow.number(id)?.min)))
            .filter(|(_, min)| *min >= 0)
            .collect()
    }

    /// How a loop with these turns is shown to end.
    pub(super) fn bound(&mut self, turns: Option<Turns>, test: Span, at: Span) -> Result<Bound> {
        match turns {
            Some(Turns { most, seen: true }) if most <= super::loops::MAX_TURNS => {
                return Ok(Bound::Seen(most));
            }
            Some(Turns { most, .. }) if most <= MAX_OPEN_TURNS => return Ok(Bound::Turns(most)),
            _ => {}
        }
        if let Some(version) = iterated_since(self.s.kernel) {
            self.s.needs(version, "a loop without a known end", at)?;
            return Ok(Bound::Iterator);
        }
        let text = self.s.source.slice(test).to_owned();
        let why = match turns {
            Some(Turns { most, .. }) if most <= Bound::MAX_ITERATIONS => {
                format!("up to {most} turns are more than the verifier walks through")
            }
            _ => {
                format!("nothing shows how many turns `{text}` gives, so the loop has no known end")
            }
        };
        let message = format!(
            "{why}; such a loop needs Linux {CALLED}, and the program is built for {} and newer",
            self.s.kernel
        );
        Err(self.s.report(
            Diagnostic::new(&codes::NEEDS_NEWER_KERNEL, at, message)
                .note(format!(
                    "where no older kernel is meant, build for that one: `--kernel {CALLED}`"
                ))
                .help("count the turns: `for _ in range(64):` and `break` where they are enough"),
        ))
    }

    /// The bounds of a number as far as they are known here.
    pub(super) fn limits(&self, expr: &Expr) -> Limits {
        self.limits_in(expr, &self.flow)
    }

    fn limits_in(&self, expr: &Expr, flow: &Flow) -> Limits {
        let range = range(expr, flow, &self.locals);
        (range.min, range.max)
    }

    /// What a loop may change is not known while it turns.
    pub(super) fn forget_names(&mut self, names: &HashSet<String>) {
        let ids: Vec<_> = names.iter().filter_map(|name| self.names.get(name)?.id).collect();
        self.flow.forget(ids.into_iter());
    }

    /// After a loop that was refused, what it assigns is no mistake to use.
    pub(super) fn assume(&mut self, names: &HashSet<String>) {
        let ids: Vec<_> = names.iter().filter_map(|name| self.names.get(name)?.id).collect();
        self.flow.reachable = true;
        ids.into_iter().for_each(|id| self.flow.assign(id));
    }

    /// Returns 0 or nothing.
    fn end_function(&mut self, at: Span) {
        let zero = (self.ret != Type::Void).then(|| Expr::int(0, self.ret.clone(), at));
        self.push(StmtKind::Return(zero), at);
    }
}

/// Whether a test always holds, as that of `while True`.
fn facts_always(test: &syntax::Expr, failed: bool) -> bool {
    match &test.kind {
        _ if failed => false,
        syntax::ExprKind::Bool(value) => *value,
        syntax::ExprKind::Int(value) => *value != 0,
        _ => false,
    }
}

/// The names that statements assign by something else than `name += 1`.
fn changed_otherwise(stmts: &[syntax::Stmt], names: &mut HashSet<String>) {
    use syntax::{BinaryOp, ExprKind, StmtKind};
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Augment(target, BinaryOp::Add, by)
                if matches!(target.kind, ExprKind::Name(_))
                    && matches!(by.kind, ExprKind::Int(1..=MAX_STEP)) => {}
            StmtKind::If(test, then, orelse) => {
                in_expr(test, names);
                changed_otherwise(then, names);
                changed_otherwise(orelse, names);
            }
            _ => assigned_names(std::slice::from_ref(stmt), names, &mut HashSet::new()),
        }
    }
}
