//! `for`, `break` and `continue`.

use std::collections::HashSet;

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, Place, StmtKind, Type};
use syntax::{ExprKind, Ident};

use super::flow::{Flow, assigned_names};
use super::range::Range as NumberRange;
use super::value::Value;
use super::{Body, Named};
use crate::names::{Builtin, Meaning};
use crate::session::{Reported, Result};

/// The verifier walks every turn of a loop and gives up at a million
/// instructions; more turns than this cannot pass whatever the body is.
const MAX_TURNS: u64 = 100_000;

/// What the statements of a loop say about leaving it.
pub(crate) struct LoopFlow {
    /// What is known before the first turn.
    begin: Flow,
    breaks: Vec<Flow>,
    continues: Vec<Flow>,
}

/// A range with constant bounds.
struct Range {
    start: i64,
    stop: i64,
    step: i64,
}

impl Range {
    /// The values of the counter, if there is a turn at all.
    fn counts(&self) -> Option<NumberRange> {
        let more = i128::from(self.turns().checked_sub(1)?);
        let last = i128::from(self.start) + more * i128::from(self.step);
        let first = i128::from(self.start);
        Some(NumberRange { min: first.min(last), max: first.max(last), walked: true })
    }

    fn turns(&self) -> u64 {
        crate::work::turns(self.start, self.stop, self.step)
    }
}

impl Body<'_, '_> {
    pub(super) fn for_stmt(
        &mut self,
        target: &syntax::Expr,
        iterable: &syntax::Expr,
        body: &[syntax::Stmt],
        orelse: &[syntax::Stmt],
        at: Span,
    ) -> Result<()> {
        let range = self.range(iterable);
        let ExprKind::Name(name) = &target.kind else {
            let message = "a loop over a range counts in one plain name";
            return Err(self.s.report(Diagnostic::new(
                &codes::UNSUPPORTED_STATEMENT,
                target.span,
                message,
            )));
        };
        let name = Ident { name: name.clone(), span: target.span };
        let range = match range {
            Ok(range) => range,
            Err(reported) => {
                self.poison(&name);
                return Err(reported);
            }
        };
        // The range counts in a local of its own, so that the body may assign
        // the name as it likes, and the name keeps its last value.
        let counter = self.hidden("counter", Type::I64);
        let mut assigned = HashSet::new();
        assigned_names(body, &mut assigned, &mut HashSet::new());
        let known = assigned.iter().filter_map(|name| self.names.get(name)?.id);
        self.flow.forget(known.collect::<Vec<_>>().into_iter());
        let before = self.flow.clone();
        let begin = before.clone();
        self.loops.push(LoopFlow { begin, breaks: Vec::new(), continues: Vec::new() });
        if let Some(counts) = range.counts() {
            self.flow.set_number(counter, counts, None);
        }
        let (bound, steps) = self.apart(|this| {
            let count = Expr::load(Place::Local(counter), Type::I64, target.span);
            let bound = this.bind_counter(&name, Value::Scalar(count), at);
            this.block(body);
            this.same_at_turn_end(&before, body.last().map_or(at, |last| last.span));
            bound
        });
        let Some(flow) = self.loops.pop() else { return Err(Reported) };
        let mut after = std::mem::replace(&mut self.flow, before.clone());
        for continued in flow.continues {
            after = after.join(continued);
        }
        if range.turns() == 0 {
            after = before;
        }
        self.flow = after;
        let ((), orelse) = self.apart(|this| this.block(orelse));
        let mut end = self.flow.clone();
        for broken in flow.breaks {
            end = end.join(broken);
        }
        self.flow = end;
        bound?;
        self.check_size(&range, iterable.span)?;
        let Range { start, stop, step } = range;
        let kind = StmtKind::ForRange { local: counter, start, stop, step, body: steps, orelse };
        self.push(kind, at);
        Ok(())
    }

    fn bind_counter(&mut self, name: &Ident, value: Value, at: Span) -> Result<()> {
        match self.names.get(&name.name) {
            Some(Named { id: None, .. }) => Err(Reported),
            _ => self.assign_value(name, value, at),
        }
    }

    fn range(&mut self, iterable: &syntax::Expr) -> Result<Range> {
        let at = iterable.span;
        let args = match &iterable.kind {
            ExprKind::Call(callee, args, keywords) if keywords.is_empty() => {
                let path = callee.path();
                let is_range = match path {
                    Some(path) if self.is_local(&path) => false,
                    Some(path) => matches!(
                        self.s.resolve(&path, callee.span)?,
                        Meaning::Builtin(Builtin::Range)
                    ),
                    None => false,
                };
                is_range.then_some(args)
            }
            ExprKind::Error => return Err(Reported),
            _ => None,
        };
        let Some(args) = args else {
            let message = "a loop counts over `range(...)`";
            return Err(self.s.report(
                Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, at, message)
                    .help("write `for i in range(N):` with a constant `N`"),
            ));
        };
        let (start, stop, step) = match args.as_slice() {
            [stop] => (0, self.bound(stop)?, 1),
            [start, stop] => (self.bound(start)?, self.bound(stop)?, 1),
            [start, stop, step] => (self.bound(start)?, self.bound(stop)?, self.bound(step)?),
            _ => {
                let message = "`range` takes one to three numbers";
                return Err(self.s.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)));
            }
        };
        if step == 0 {
            let message = "a range with step 0 never ends";
            return Err(self.s.report(Diagnostic::new(&codes::UNBOUNDED_LOOP, at, message)));
        }
        Ok(Range { start, stop, step })
    }

    fn bound(&mut self, expr: &syntax::Expr) -> Result<i64> {
        let value = self.expr(expr)?;
        let value = self.integer(value, expr.span)?;
        match value.as_const().map(i64::try_from) {
            Some(Ok(bound)) => Ok(bound),
            Some(Err(_)) => {
                let message = "a range counts in signed 64-bit numbers";
                Err(self.s.report(Diagnostic::new(&codes::OUT_OF_RANGE, expr.span, message)))
            }
            None => {
                let text = self.s.source.slice(expr.span).to_owned();
                let message = format!("`{text}` is not a constant, so the loop has no known end");
                Err(self.s.report(
                    Diagnostic::new(&codes::UNBOUNDED_LOOP, expr.span, message).help(format!(
                        "count to a constant and leave early: `for turn in range(64):` with `if turn >= {text}: break`"
                    )),
                ))
            }
        }
    }

    /// The verifier walks every turn.
    fn check_size(&mut self, range: &Range, at: Span) -> Result<()> {
        let turns = range.turns();
        if turns <= MAX_TURNS {
            return Ok(());
        }
        let message = format!("{turns} turns are more than the verifier walks through");
        Err(self.s.report(
            Diagnostic::new(&codes::UNBOUNDED_LOOP, at, message)
                .note("the kernel follows every turn and stops at a million instructions")
                .help("make the range smaller, or do the work in user space"),
        ))
    }

    pub(super) fn leave_turn(&mut self, kind: &syntax::StmtKind, at: Span) -> Result<()> {
        let breaks = matches!(kind, syntax::StmtKind::Break);
        self.leave_withs(self.loops.len().max(1), "submit", at);
        if let Some(begin) = self.loops.last().filter(|_| !breaks).map(|one| one.begin.clone()) {
            self.same_at_turn_end(&begin, at);
        }
        let flow = self.flow.clone();
        let Some(innermost) = self.loops.last_mut() else {
            let message =
                if breaks { "`break` outside a loop" } else { "`continue` outside a loop" };
            return Err(self.s.report(Diagnostic::new(&codes::SYNTAX_ERROR, at, message)));
        };
        if breaks {
            innermost.breaks.push(flow);
        } else {
            innermost.continues.push(flow);
        }
        self.flow.reachable = false;
        self.push(if breaks { StmtKind::Break } else { StmtKind::Continue }, at);
        Ok(())
    }
}
