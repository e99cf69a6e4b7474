//! How many turns a loop has at the most, as far as that can be told from its
//! test and from the statements that every turn passes.

use std::collections::HashSet;

use ir::{
    BinaryOp, CompareOp, Expr, ExprKind, IntType, LocalId, Place, Stmt, StmtKind, Type, UnaryOp,
};

use super::equated::equated;
use super::while_stmt::MAX_OPEN_TURNS;

/// The bounds of a number, both included.
pub(super) type Limits = (i128, i128);

/// The most turns of a loop, and whether the verifier sees them by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turns {
    pub most: u64,
    pub seen: bool,
}

/// The turns of a loop that goes on while the test holds. `limits` tells the
/// bounds that an expression has before the loop.
pub(super) fn most(test: &Expr, body: &[Stmt], limits: &dyn Fn(&Expr) -> Limits) -> Option<Turns> {
    let mut tests = Vec::new();
    conjuncts(test, true, &mut tests);
    let asked_first = tests.len();
    for stmt in body {
        if let StmtKind::If(leaves, then, orelse) = &stmt.kind
            && orelse.is_empty()
            && matches!(
                then.last().map(|last| &last.kind),
                Some(StmtKind::Break | StmtKind::Return(_))
            )
        {
            conjuncts(leaves, false, &mut tests);
        }
    }
    let changes = Changes::of(test, body);
    tests
        .iter()
        .enumerate()
        .filter_map(|(at, (expr, holds))| {
            let (turns, step) = changes.bounded_by(expr, *holds, limits)?;
            // What leaves from inside has begun another turn.
            let begun = u64::from(at >= asked_first);
            Some((Turns { most: turns.most.checked_add(begun)?, ..turns }, step))
        })
        .min_by_key(|(turns, _)| (!turns.seen, turns.most))
        .map(|(turns, step)| {
            let seen = turns.seen
                && (turns.most > MAX_OPEN_TURNS || !equated(test, body, &changes.like(step)));
            Turns { seen, ..turns }
        })
}

/// The parts that all hold when the whole came out this way.
fn conjuncts<'a>(test: &'a Expr, holds: bool, all: &mut Vec<(&'a Expr, bool)>) {
    match (&test.kind, holds) {
        (ExprKind::Unary(UnaryOp::Not, inner), _) => conjuncts(inner, !holds, all),
        (ExprKind::And(a, b), true) | (ExprKind::Or(a, b), false) => {
            conjuncts(a, holds, all);
            conjuncts(b, holds, all);
        }
        (ExprKind::Sequence(_, inner), _) => conjuncts(inner, holds, all),
        _ => all.push((test, holds)),
    }
}

/// How every turn changes a local.
#[derive(Clone, Copy)]
enum Step {
    Add(i128),
    /// Divides by two or more; by a shift, whose bounds the verifier knows.
    Shrink {
        shifts: bool,
    },
}

/// What a loop does to its locals.
struct Changes {
    /// Locals that are assigned, how often, and by what where every turn
    /// passes it.
    assigned: Vec<(LocalId, Option<Step>)>,
}

impl Changes {
    fn of(test: &Expr, body: &[Stmt]) -> Self {
        let mut assigned = Vec::new();
        let mut skipped = false;
        // What the test does first is done every turn, too.
        let (first, test) = match &test.kind {
            ExprKind::Sequence(stmts, inner) => (stmts.as_slice(), &**inner),
            _ => (&[][..], test),
        };
        for stmt in first.iter().chain(body) {
            if let (StmtKind::Store(Place::Local(id), value), false) = (&stmt.kind, skipped) {
                assigned.push((*id, step(*id, value)));
            } else {
                ir::each_stmt(std::slice::from_ref(stmt), &mut |inner| {
                    assigned.extend(stored(inner).map(|id| (id, None)));
                });
            }
            skipped |= continues(std::slice::from_ref(stmt));
        }
        // Assignments inside expressions, and locals whose address is known.
        let mut inside = |expr: &Expr| match &expr.kind {
            ExprKind::Sequence(stmts, _) => {
                ir::each_stmt(stmts, &mut |inner| {
                    assigned.extend(stored(inner).map(|id| (id, None)));
                });
            }
            ExprKind::Address(Place::Local(id)) => assigned.push((*id, None)),
            _ => {}
        };
        ir::each_part(test, &mut inside);
        ir::each_expr(first, &mut inside);
        ir::each_expr(body, &mut inside);
        Self { assigned }
    }

    /// The one step of a local; `None` if it is left alone or changed in any
    /// other way.
    fn step(&self, id: LocalId) -> Option<Step> {
        let mut all = self.assigned.iter().filter(|(known, _)| *known == id);
        match (all.next(), all.next()) {
            (Some((_, step)), None) => *step,
            _ => None,
        }
    }

    /// The locals that every turn changes by a step of this kind.
    fn like(&self, kind: Step) -> HashSet<LocalId> {
        let adds = |step| matches!(step, Step::Add(_));
        let alike = |(id, step): &(LocalId, Option<Step>)| {
            step.filter(|step| adds(*step) == adds(kind)).map(|_| *id)
        };
        self.assigned.iter().filter_map(alike).collect()
    }

    /// Whether an expression has the same value in every turn.
    fn is_steady(&self, expr: &Expr) -> bool {
        let mut steady = true;
        ir::each_part(expr, &mut |part| match &part.kind {
            ExprKind::Const(_) | ExprKind::Convert(_) | ExprKind::Binary(..) => {}
            ExprKind::Unary(..) => {}
            ExprKind::Load(Place::Local(id)) => {
                steady &= !self.assigned.iter().any(|(known, _)| known == id);
            }
            _ => steady = false,
        });
        steady
    }

    fn bounded_by(
        &self,
        test: &Expr,
        holds: bool,
        limits: &dyn Fn(&Expr) -> Limits,
    ) -> Option<(Turns, Step)> {
        let (op, left, right) = match &test.kind {
            ExprKind::Compare(op, left, right) => (*op, left, right),
            _ => return None,
        };
        let op = if holds { op } else { op.opposite() };
        self.counted(op, left, right, limits)
            .or_else(|| self.counted(op.mirrored(), right, left, limits))
    }

    /// The turns while `counter op bound` holds.
    fn counted(
        &self,
        op: CompareOp,
        counter: &Expr,
        bound: &Expr,
        limits: &dyn Fn(&Expr) -> Limits,
    ) -> Option<(Turns, Step)> {
        let id = local_of(counter)?;
        let step = self.step(id)?;
        if !self.is_steady(bound) {
            return None;
        }
        let (Type::Int(own), Type::Int(compared)) = (innermost(counter), &counter.ty) else {
            return None;
        };
        let (first, stop) = (limits(counter), limits(bound));
        let known = first.0 == first.1 && bound.as_const().is_some();
        let turns = match step {
            Step::Shrink { shifts } => {
                let ends = match op {
                    CompareOp::Gt => stop.0 >= 0,
                    CompareOp::Ge => stop.0 >= 1,
                    CompareOp::Ne => stop == (0, 0) && !own.signed,
                    _ => false,
                };
                let seen = shifts && !own.signed;
                ends.then_some(Turns { most: u64::from(own.bits), seen })?
            }
            Step::Add(by) => {
                let distance = distance(op, by, first, stop)?;
                let most = (distance + by.abs() - 1) / by.abs();
                // Neither the counter nor the comparison may wrap on the way:
                // this is the farthest that the last step goes.
                let last = match op {
                    CompareOp::Lt => stop.1 - 1 + by,
                    CompareOp::Le => stop.1 + by,
                    CompareOp::Gt => stop.0 + 1 + by,
                    CompareOp::Ge => stop.0 + by,
                    CompareOp::Eq | CompareOp::Ne => stop.0,
                };
                let holds_all =
                    |int: IntType| int.holds(last) && int.holds(first.0) && int.holds(first.1);
                if !holds_all(*own) || !holds_all(*compared) {
                    return None;
                }
                Turns { most: u64::try_from(most.max(0)).ok()?, seen: known }
            }
        };
        Some((turns, step))
    }
}

/// How far a counter can go until the test fails.
fn distance(op: CompareOp, by: i128, first: Limits, stop: Limits) -> Option<i128> {
    Some(match (op, by > 0) {
        (CompareOp::Lt, true) => stop.1 - first.0,
        (CompareOp::Le, true) => stop.1 - first.0 + 1,
        (CompareOp::Gt, false) => first.1 - stop.0,
        (CompareOp::Ge, false) => first.1 - stop.0 + 1,
        // It must be met exactly, and not have been passed.
        (CompareOp::Ne, true) if by == 1 && first.1 <= stop.0 => stop.1 - first.0,
        (CompareOp::Ne, false) if by == -1 && first.0 >= stop.1 => first.1 - stop.0,
        _ => return None,
    })
}

fn step(id: LocalId, value: &Expr) -> Option<Step> {
    let mut value = value;
    while let ExprKind::Convert(inner) = &value.kind {
        value = inner;
    }
    let ExprKind::Binary(op, left, right) = &value.kind else { return None };
    let own = |expr: &Expr| local_of(expr) == Some(id);
    match (op, right.as_const()) {
        (BinaryOp::Add, Some(by)) if own(left) && by != 0 => Some(Step::Add(by)),
        (BinaryOp::Sub, Some(by)) if own(left) && by != 0 => Some(Step::Add(-by)),
        (BinaryOp::Add, None) if own(right) => left.as_const().filter(|by| *by != 0).map(Step::Add),
        (BinaryOp::Shr, Some(1..)) if own(left) => Some(Step::Shrink { shifts: true }),
        (BinaryOp::Div, Some(2..)) if own(left) => Some(Step::Shrink { shifts: false }),
        _ => None,
    }
}

/// The local that an expression reads, whatever it is converted to.
fn local_of(expr: &Expr) -> Option<LocalId> {
    match &expr.kind {
        ExprKind::Load(Place::Local(id)) => Some(*id),
        ExprKind::Convert(inner) => local_of(inner),
        _ => None,
    }
}

fn innermost(expr: &Expr) -> &Type {
    match &expr.kind {
        ExprKind::Convert(inner) => innermost(inner),
        _ => &expr.ty,
    }
}

fn stored(stmt: &Stmt) -> Option<LocalId> {
    match &stmt.kind {
        StmtKind::Store(Place::Local(id), _)
        | StmtKind::ForRange { local: id, .. }
        | StmtKind::Loop { index: id, .. } => Some(*id),
        _ => None,
    }
}

/// Whether statements may go on with the next turn of the loop around them.
fn continues(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Continue => true,
        StmtKind::If(_, then, orelse) => continues(then) || continues(orelse),
        // What stands after an inner loop belongs to the outer one.
        StmtKind::ForRange { orelse, .. } | StmtKind::Loop { orelse, .. } => continues(orelse),
        _ => false,
    })
}
