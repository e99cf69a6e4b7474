//! How much of a program the verifier has to walk through. It follows every
//! turn of a loop and every call, and gives up at a million instructions or
//! at 8192 choices that it still has to come back to.

use std::collections::{HashMap, HashSet};

use diagnostics::{Diagnostic, codes};
use ir::{
    Expr, ExprKind, Function, FunctionId, FunctionKind, LocalId, Place, Stmt, StmtKind, TextOp,
};

use crate::session::Session;

/// Parts of expressions and statements, each an instruction or more.
const MAX_STEPS: u64 = 1_000_000;
/// The kernel's `BPF_COMPLEXITY_LIMIT_JMP_SEQ`.
const MAX_CHOICES: u64 = 8192;

/// What a piece of code costs.
#[derive(Clone, Copy, Default)]
struct Work {
    steps: u64,
    choices: u64,
}

impl Work {
    fn add(&mut self, other: Self) {
        self.steps = self.steps.saturating_add(other.steps);
        self.choices = self.choices.saturating_add(other.choices);
    }

    fn times(self, turns: u64) -> Self {
        Self {
            steps: self.steps.saturating_mul(turns),
            choices: self.choices.saturating_mul(turns),
        }
    }
}

/// Reports programs that no verifier walks through. There is no recursion.
pub(crate) fn check(session: &mut Session<'_>) {
    let mut costs = Costs { module: &session.module, known: HashMap::new() };
    let mut found = Vec::new();
    for function in &session.module.functions {
        if !matches!(function.kind, FunctionKind::Program { .. }) {
            continue;
        }
        let scope = Scope::of(function);
        let each: Vec<_> =
            function.body.iter().map(|stmt| (costs.stmt(stmt, &scope), stmt.span)).collect();
        let mut all = Work::default();
        each.iter().for_each(|(work, _)| all.add(*work));
        if all.steps > MAX_STEPS {
            found.extend(each.iter().max_by_key(|(work, _)| work.steps).map(|(_, at)| {
                (*at, format!("about {} steps", all.steps), "stops at a million instructions")
            }));
        } else if all.choices > MAX_CHOICES {
            found.extend(each.iter().max_by_key(|(work, _)| work.choices).map(|(_, at)| {
                (*at, format!("{} choices", all.choices), "stops at 8192 that are still open")
            }));
        }
    }
    for (at, much, limit) in found {
        let message = format!("{much} are more than the verifier walks through");
        session.report(
            Diagnostic::new(&codes::UNBOUNDED_LOOP, at, message)
                .note(format!("the kernel follows every turn of a loop and {limit}"))
                .help("make the range smaller, or do the work in user space"),
        );
    }
}

/// The locals of a function whose values the verifier knows on each turn:
/// those that only ever hold constants and loop counters.
pub(crate) struct Scope<'a> {
    function: &'a Function,
    known: HashSet<LocalId>,
}

impl<'a> Scope<'a> {
    pub(crate) fn of(function: &'a Function) -> Self {
        let mut counters = HashSet::new();
        let mut unknown: HashSet<LocalId> = (0..function.params).map(LocalId).collect();
        let mut all: HashSet<LocalId> = HashSet::new();
        visit(&function.body, &mut |stmt| match &stmt.kind {
            StmtKind::ForRange { local, .. } => {
                counters.insert(*local);
            }
            StmtKind::Store(Place::Local(id), _) => {
                all.insert(*id);
            }
            _ => {}
        });
        visit(&function.body, &mut |stmt| {
            if let StmtKind::Store(Place::Local(id), value) = &stmt.kind
                && !matches!(&value.kind, ExprKind::Const(_))
                && !matches!(&value.kind, ExprKind::Load(Place::Local(from)) if counters.contains(from))
            {
                unknown.insert(*id);
            }
        });
        ir::each_expr(&function.body, &mut |expr| {
            if let ExprKind::Address(Place::Local(id)) = &expr.kind {
                unknown.insert(*id);
            }
        });
        let known = all.difference(&unknown).copied().chain(counters.iter().copied()).collect();
        Self { function, known }
    }

    /// Whether the verifier knows the value each time.
    pub(crate) fn knows(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Const(_) | ExprKind::Null => true,
            ExprKind::Load(Place::Local(id)) => self.known.contains(id),
            ExprKind::Convert(inner) | ExprKind::Unary(_, inner) | ExprKind::Hidden(inner) => {
                self.knows(inner)
            }
            ExprKind::Binary(_, a, b)
            | ExprKind::Compare(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b) => self.knows(a) && self.knows(b),
            _ => false,
        }
    }
}

fn visit<'a>(stmts: &'a [Stmt], each: &mut impl FnMut(&'a Stmt)) {
    for stmt in stmts {
        each(stmt);
        match &stmt.kind {
            StmtKind::If(_, then, orelse) => {
                visit(then, each);
                visit(orelse, each);
            }
            StmtKind::ForRange { body, orelse, .. } => {
                visit(body, each);
                visit(orelse, each);
            }
            _ => {}
        }
    }
}

struct Costs<'a> {
    module: &'a ir::Module,
    known: HashMap<FunctionId, Work>,
}

impl Costs<'_> {
    fn function(&mut self, id: FunctionId) -> Work {
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let Some(function) = self.module.functions.get(id.0 as usize) else {
            return Work::default();
        };
        let scope = Scope::of(function);
        let work = self.block(&function.body, &scope);
        self.known.insert(id, work);
        work
    }

    fn block(&mut self, stmts: &[Stmt], scope: &Scope<'_>) -> Work {
        let mut all = Work::default();
        for stmt in stmts {
            all.add(self.stmt(stmt, scope));
        }
        all
    }

    fn stmt(&mut self, stmt: &Stmt, scope: &Scope<'_>) -> Work {
        let mut all = Work { steps: 1, choices: 0 };
        match &stmt.kind {
            StmtKind::If(test, then, orelse) => {
                all.add(self.expr(test, scope));
                all.choices += u64::from(!scope.knows(test));
                let (then, orelse) = (self.block(then, scope), self.block(orelse, scope));
                // One of the two is taken.
                all.add(Work {
                    steps: then.steps.max(orelse.steps),
                    choices: then.choices.max(orelse.choices),
                });
            }
            StmtKind::ForRange { start, stop, step, body, orelse, .. } => {
                let mut turn = Work { steps: 1, choices: 0 };
                turn.add(self.block(body, scope));
                all.add(turn.times(turns(*start, *stop, *step)));
                all.add(self.block(orelse, scope));
            }
            StmtKind::Store(_, value) | StmtKind::Eval(value) | StmtKind::Return(Some(value)) => {
                all.add(self.expr(value, scope))
            }
            _ => {}
        }
        all
    }

    fn expr(&mut self, expr: &Expr, scope: &Scope<'_>) -> Work {
        let module = self.module;
        let mut all = Work::default();
        let mut calls = Vec::new();
        ir::each_part(expr, &mut |part| match &part.kind {
            ExprKind::Const(_) | ExprKind::Convert(_) | ExprKind::NonNull(_) => {}
            ExprKind::Call(id, _) => calls.push(*id),
            ExprKind::Text(op) => all.add(text(op, module, scope.function)),
            _ => all.steps += 1,
        });
        for id in calls {
            let work = self.function(id);
            all.add(work);
        }
        all
    }
}

/// What a question about texts costs at the most: a choice for each word of a
/// known text, and one or two for each byte where the end must be found.
fn text(op: &TextOp, module: &ir::Module, function: &Function) -> Work {
    let sizes = op.places().into_iter().filter_map(|place| place.ty(module, function));
    let bytes = sizes.map(|ty| ty.size(module)).min().unwrap_or(0);
    let choices = match op {
        TextOp::StartsWith(_, text) => text.len() as u64 / 8 + 3,
        TextOp::EndsWith(_, text) => bytes + text.len() as u64,
        TextOp::Len(_) => bytes,
        TextOp::Order(..) => 2 * bytes,
    };
    Work { steps: 4 * choices, choices }
}

/// The turns of a range.
pub(crate) fn turns(start: i64, stop: i64, step: i64) -> u64 {
    let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
    let distance = if step > 0 { stop - start } else { start - stop };
    let size = step.abs().max(1);
    u64::try_from((distance.max(0) + size - 1) / size).unwrap_or(u64::MAX)
}
