//! `for`, `break` and `continue`.

use std::collections::HashSet;

use diagnostics::{Diagnostic, Span, codes};
use ir::{BinaryOp, CompareOp, Expr, ExprKind, LocalId, Place, Stmt, StmtKind, Type, UnaryOp};
use syntax::ExprKind as Kind;

use super::Body;
use super::each::Iterable;
use super::flow::{Flow, assigned_names};
use super::map_loop::MapLoop;
use super::range::Range as NumberRange;
use super::turns::Turns;
use super::value::Value;
use crate::session::{Reported, Result};

/// The verifier walks every turn of a loop and gives up at a million
/// instructions; more turns than this cannot pass whatever the body is.
pub(super) const MAX_TURNS: u64 = 100_000;

/// What the statements of a loop say about leaving it.
pub(crate) struct LoopFlow {
    /// What is known before the first turn.
    begin: Flow,
    breaks: Vec<Flow>,
    continues: Vec<Flow>,
}

impl LoopFlow {
    pub(super) fn new(begin: Flow) -> Self {
        Self { begin, breaks: Vec::new(), continues: Vec::new() }
    }

    /// What is known before the first turn.
    pub(super) fn begin(&self) -> &Flow {
        &self.begin
    }

    /// What holds where a turn ends that ran to its end with this.
    pub(super) fn join_continues(&mut self, ended: Flow) -> Flow {
        std::mem::take(&mut self.continues).into_iter().fold(ended, Flow::join)
    }

    /// What holds after a loop whose `else` ended with this.
    pub(super) fn join_breaks(self, ended: Flow) -> Flow {
        self.breaks.into_iter().fold(ended, Flow::join)
    }
}

/// What a loop counts.
enum Range {
    /// With bounds that are constants.
    Constant { start: i64, stop: i64, step: i64 },
    /// With bounds that are known at run time.
    Computed(Box<Computed>),
}

/// A range with bounds that are known at run time: the first number, what is
/// added each turn, and how many turns there are.
struct Computed {
    start: Expr,
    step: Expr,
    turns: Expr,
    most: Option<u64>,
    /// Between what its numbers lie.
    numbers: Option<NumberRange>,
}

impl Range {
    /// The values of a local that counts the range, if there is a turn.
    fn counts(&self) -> Option<NumberRange> {
        let (start, stop, step) = match self {
            Self::Constant { start, stop, step } => (start, stop, step),
            // It counts the turns.
            Self::Computed(computed) => {
                let most = computed.most.map_or(i128::from(i64::MAX), i128::from);
                return Some(NumberRange::between(0, (most - 1).max(0)));
            }
        };
        let turns = crate::work::turns(*start, *stop, *step);
        let more = i128::from(turns.checked_sub(1)?);
        let first = i128::from(*start);
        let last = first + more * i128::from(*step);
        let walked = turns <= MAX_TURNS;
        Some(NumberRange { min: first.min(last), max: first.max(last), walked })
    }

    /// The number of a turn.
    fn number(&self, turn: Expr) -> Expr {
        match self {
            Self::Constant { .. } => turn,
            Self::Computed(computed) => {
                let Computed { start, step, .. } = &**computed;
                let at = turn.span;
                let far = match step.as_const() {
                    Some(1) => turn,
                    _ => Expr::binary(BinaryOp::Mul, turn, step.clone(), at),
                };
                match start.as_const() {
                    Some(0) => far,
                    _ => Expr::binary(BinaryOp::Add, start.clone(), far, at),
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Constant { start, stop, step } => crate::work::turns(*start, *stop, *step) == 0,
            Self::Computed(_) => false,
        }
    }

    fn may_be_empty(&self) -> bool {
        matches!(self, Self::Computed(_)) || self.is_empty()
    }

    /// The same numbers from the last to the first.
    fn reversed(self) -> Self {
        match self {
            Self::Constant { start, stop, step } => {
                let turns = crate::work::turns(start, stop, step);
                let Some(more) = turns.checked_sub(1) else { return self };
                let last = i128::from(start) + i128::from(more) * i128::from(step);
                let number = |value: i128| i64::try_from(value).unwrap_or(stop);
                let before = number(i128::from(start) - i128::from(step));
                Self::Constant { start: number(last), stop: before, step: step.saturating_neg() }
            }
            Self::Computed(computed) => {
                let Computed { start, step, turns, most, numbers } = *computed;
                let at = turns.span;
                let one = Expr::int(1, Type::I64, at);
                let more = Expr::binary(BinaryOp::Sub, turns.clone(), one, at);
                let far = Expr::binary(BinaryOp::Mul, more, step.clone(), at);
                let last = Expr::binary(BinaryOp::Add, start, far, at);
                let step = minus(&step, at);
                Self::Computed(Box::new(Computed { start: last, step, turns, most, numbers }))
            }
        }
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
        if let Some((map, gives)) = self.map_iterated(iterable)? {
            let looped = self.map_loop(&MapLoop { map, gives, target, body, orelse, at });
            if looped.is_err() {
                self.poison_target(target);
            }
            return looped;
        }
        let turns = self.iterable(iterable).and_then(|turns| match turns {
            Iterable::Range(range, reversed) => {
                let range = self.range(range)?;
                Ok((if reversed { range.reversed() } else { range }, None))
            }
            Iterable::Elements(elements) => {
                let count = i64::from(elements.len);
                let range = match elements.reversed {
                    false => Range::Constant { start: 0, stop: count, step: 1 },
                    true => Range::Constant { start: count - 1, stop: -1, step: -1 },
                };
                Ok((range, Some(elements)))
            }
        });
        let (range, elements) = match turns {
            Ok(turns) => turns,
            Err(reported) => {
                self.poison_target(target);
                return Err(reported);
            }
        };
        // The range counts in a local of its own, so that the body may assign
        // the name as it likes, and the name keeps its last value.
        let counter = self.hidden("counter", Type::I64);
        let mut assigned = HashSet::new();
        assigned_names(body, &mut assigned, &mut HashSet::new());
        self.forget_names(&assigned);
        self.moved_by_turns(body);
        let before = self.flow.clone();
        self.loops.push(LoopFlow::new(before.clone()));
        if let Some(counts) = range.counts() {
            self.flow.set_number(counter, counts, None);
        }
        let (bound, turn) = self.apart(|this| {
            let count = range.number(Expr::load(Place::Local(counter), Type::I64, target.span));
            let bound = match &elements {
                None => this.bind_target(target, Value::Scalar(count), at),
                Some(elements) => this.bind_element(target, elements, count, at),
            };
            if bound.is_err() {
                this.poison_target(target);
            }
            this.know_number(target, &range);
            this.block(body);
            this.same_at_turn_end(&before, body.last().map_or(at, |last| last.span));
            bound
        });
        let Some(mut flow) = self.loops.pop() else { return Err(Reported) };
        let after = std::mem::replace(&mut self.flow, before.clone());
        let mut after = flow.join_continues(after);
        if range.is_empty() {
            after = before;
        } else if range.may_be_empty() {
            after = after.join(before);
        }
        self.flow = after;
        let ((), orelse) = self.apart(|this| this.block(orelse));
        self.flow = flow.join_breaks(self.flow.clone());
        bound?;
        let kind = self.counted_loop(range, counter, turn, orelse, iterable.span)?;
        self.push(kind, at);
        Ok(())
    }

    fn counted_loop(
        &mut self,
        range: Range,
        index: LocalId,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
        at: Span,
    ) -> Result<StmtKind> {
        match range {
            Range::Constant { start, stop, step } => {
                let turns = crate::work::turns(start, stop, step);
                if turns <= MAX_TURNS {
                    let local = index;
                    return Ok(StmtKind::ForRange { local, start, stop, step, body, orelse });
                }
                let turns = Turns { most: turns, seen: false };
                let bound = self.bound(Some(turns), at, at)?;
                let turn = self.hidden("turn", Type::I64);
                let count = StmtKind::ForRange { local: index, start, stop, step, body, orelse };
                Ok(crate::work::iterated(count, turn, bound, at))
            }
            Range::Computed(computed) => {
                let turns = computed.most.map(|most| Turns { most, seen: false });
                let bound = self.bound(turns, at, at)?;
                let count = Expr::load(Place::Local(index), Type::I64, at);
                let test = Expr::compare(CompareOp::Lt, count, computed.turns, at);
                Ok(StmtKind::Loop { index, test, body, orelse, bound })
            }
        }
    }

    fn range(&mut self, iterable: &syntax::Expr) -> Result<Range> {
        let at = iterable.span;
        let Kind::Call(_, args, keywords) = &iterable.kind else { return Err(Reported) };
        self.no_keywords(keywords)?;
        let one = Expr::int(1, Type::I64, at);
        let zero = Expr::int(0, Type::I64, at);
        let (start, stop, step) = match self.range_numbers(args)?.as_slice() {
            [stop] => (zero, stop.clone(), one),
            [start, stop] => (start.clone(), stop.clone(), one),
            [start, stop, step] => (start.clone(), stop.clone(), step.clone()),
            _ => {
                let message = "`range` takes one to three numbers";
                return Err(self.s.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)));
            }
        };
        if step.as_const() == Some(0) {
            let message = "a range with step 0 never ends";
            return Err(self.s.report(Diagnostic::new(&codes::UNBOUNDED_LOOP, at, message)));
        }
        let constant = |expr: &Expr| expr.as_const().and_then(|value| i64::try_from(value).ok());
        Ok(match (constant(&start), constant(&stop), constant(&step)) {
            (Some(start), Some(stop), Some(step)) => Range::Constant { start, stop, step },
            _ => Range::Computed(Box::new(self.computed(start, stop, step, at))),
        })
    }

    /// The numbers of a range, each computed once and in order.
    pub(super) fn range_numbers(&mut self, args: &[syntax::Expr]) -> Result<Vec<Expr>> {
        let mut numbers = Vec::new();
        for arg in args {
            let value = self.expr(arg)?;
            let value = self.integer(value, arg.span)?;
            let fits = value.as_const().is_none_or(|value| i64::try_from(value).is_ok());
            if !fits {
                let message = "a range counts in signed 64-bit numbers";
                return Err(self.s.report(Diagnostic::new(
                    &codes::OUT_OF_RANGE,
                    arg.span,
                    message,
                )));
            }
            let value = if value.as_const().is_some() { value } else { self.keep(value, "limit") };
            numbers.push(value.convert(Type::I64));
        }
        Ok(numbers)
    }

    /// A range of which something is known at run time only.
    fn computed(&mut self, start: Expr, stop: Expr, step: Expr, at: Span) -> Computed {
        let most = self.most_turns(&start, &stop, &step);
        let stop_number = stop.clone();
        let zero = || Expr::int(0, Type::I64, at);
        let turns = match (start.as_const(), step.as_const()) {
            (Some(0), Some(1)) => stop,
            (_, Some(1..)) => up_to(&start, &stop, &step, at),
            (_, Some(_)) => up_to(&stop, &start, &minus(&step, at), at),
            (_, None) => {
                let up = up_to(&start, &stop, &step, at);
                let down = up_to(&stop, &start, &minus(&step, at), at);
                let falls = Expr::compare(CompareOp::Lt, step.clone(), zero(), at);
                let rises = Expr::compare(CompareOp::Gt, step.clone(), zero(), at);
                choice(rises, up, choice(falls, down, zero()))
            }
        };
        let turns = if turns.as_const().is_some() { turns } else { self.keep(turns, "turns") };
        let numbers = self.numbers_between(&start, &stop_number, &step);
        Computed { start, step, turns, most, numbers }
    }

    /// Between what the numbers of a range lie, if there is a turn.
    fn numbers_between(&self, start: &Expr, stop: &Expr, step: &Expr) -> Option<NumberRange> {
        let (start, stop) = (self.limits(start), self.limits(stop));
        let step = self.limits(step);
        let (min, max) = if step.0 > 0 {
            (start.0, stop.1 - 1)
        } else if step.1 < 0 {
            (stop.0 + 1, start.1)
        } else {
            return None;
        };
        (min <= max).then_some(NumberRange { min, max, walked: false })
    }

    /// Takes note of the numbers that a target of a computed range can be.
    fn know_number(&mut self, target: &syntax::Expr, range: &Range) {
        let Range::Computed(computed) = range else { return };
        if let (Kind::Name(name), Some(numbers)) = (&target.kind, computed.numbers)
            && let Some(id) = self.names.get(name).and_then(|named| named.id)
            && self.local_type(id) == Type::I64
        {
            self.flow.set_number(id, numbers, None);
        }
    }

    /// The most turns that a range can have, by what is known of its numbers.
    fn most_turns(&self, start: &Expr, stop: &Expr, step: &Expr) -> Option<u64> {
        // The smallest step makes the most turns.
        let by = match self.limits(step) {
            (least @ 1.., _) => least,
            (_, least @ ..=-1) => least,
            _ => return None,
        };
        let (start, stop) = (self.limits(start), self.limits(stop));
        let distance = if by > 0 { stop.1 - start.0 } else { start.1 - stop.0 };
        u64::try_from((distance.max(0) + by.abs() - 1) / by.abs()).ok()
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

/// How often `step` fits between two numbers, rounded up; 0 if they are not
/// in this order.
fn up_to(from: &Expr, to: &Expr, step: &Expr, at: Span) -> Expr {
    let distance = Expr::binary(BinaryOp::Sub, to.clone(), from.clone(), at).convert(Type::U64);
    let turns = if step.as_const() == Some(1) {
        distance
    } else {
        let step = step.clone().convert(Type::U64);
        let less = Expr::binary(BinaryOp::Sub, step.clone(), Expr::int(1, Type::U64, at), at);
        let rounded = Expr::binary(BinaryOp::Add, distance, less, at);
        Expr::binary(BinaryOp::Div, rounded, step, at)
    };
    let before = Expr::compare(CompareOp::Lt, from.clone(), to.clone(), at);
    choice(before, turns.convert(Type::I64), Expr::int(0, Type::I64, at))
}

fn minus(step: &Expr, at: Span) -> Expr {
    match step.as_const() {
        Some(value) => Expr::int(-value, Type::I64, at),
        None => Expr::new(ExprKind::Unary(UnaryOp::Neg, Box::new(step.clone())), Type::I64, at),
    }
}

fn choice(test: Expr, yes: Expr, no: Expr) -> Expr {
    let (ty, at) = (yes.ty.clone(), test.span);
    Expr::new(ExprKind::Select(Box::new(test), Box::new(yes), Box::new(no)), ty, at)
}
