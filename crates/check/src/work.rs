//! How much of a program the verifier has to walk through. It follows every
//! turn of a loop and every call, and gives up at a million instructions or
//! at 8192 choices that it still has to come back to.

use std::collections::{HashMap, HashSet};

use diagnostics::{Diagnostic, Span, codes};
use ir::{
    BinaryOp, Bound, CompareOp, Expr, ExprKind, Function, FunctionId, FunctionKind, LocalId, Place,
    Stmt, StmtKind, TextOp, Type,
};
use kernel::Version;

use crate::called::CALLED;
use crate::session::Session;

/// The first kernel with iterators over numbers.
pub(crate) const ITERATORS: Version = Version::new(6, 4);

/// Parts of expressions and statements, each an instruction or more.
const MAX_STEPS: u64 = 1_000_000;
/// Instructions that find an element: a test, a product and a sum.
const INDEX_STEPS: u64 = 5;
/// Instructions that clear or copy a word in a loop.
const WORD_STEPS: u64 = 6;
/// What one member takes that is read together with others.
const GATHER_STEPS: u64 = 8;
/// The kernel's `BPF_COMPLEXITY_LIMIT_JMP_SEQ`.
const MAX_CHOICES: u64 = 8192;

/// How often the verifier walks through an iterator's turn until it finds
/// nothing new.
const ITERATED: u64 = 4;

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

/// What a program costs, statement by statement, and in all.
struct Bill {
    each: Vec<(Work, Span)>,
    all: Work,
}

impl Bill {
    fn is_too_much(&self) -> bool {
        self.all.steps > MAX_STEPS || self.all.choices > MAX_CHOICES
    }
}

/// Reports programs that no verifier walks through. Where the kernel has
/// iterators, whose turns are not walked through, the dearest loops become
/// such. There is no recursion.
pub(crate) fn check(session: &mut Session<'_>) {
    if let Some(version) = iterated_since(session.kernel) {
        while bills(&session.module).iter().any(Bill::is_too_much) {
            let Some(at) = iterate_dearest(&mut session.module) else { break };
            // It has them: this only takes note of the need.
            let _ = session.needs(version, "a loop of many turns", at);
        }
    }
    for Bill { each, all } in bills(&session.module) {
        let (dearest, much, limit) = if all.steps > MAX_STEPS {
            let dearest = each.iter().max_by_key(|(work, _)| work.steps);
            (dearest, format!("about {} steps", all.steps), "stops at a million instructions")
        } else if all.choices > MAX_CHOICES {
            let dearest = each.iter().max_by_key(|(work, _)| work.choices);
            (dearest, format!("{} choices", all.choices), "stops at 8192 that are still open")
        } else {
            continue;
        };
        let Some((_, at)) = dearest else { continue };
        let message = format!("{much} are more than the verifier walks through");
        let mut found = Diagnostic::new(&codes::UNBOUNDED_LOOP, *at, message)
            .note(format!("the kernel follows every turn of a loop and {limit}"))
            .help("make the range smaller, or do the work in user space");
        if session.kernel < CALLED {
            found = found.note(format!(
                "Linux {CALLED} and newer have loops that the verifier need not walk through: `--kernel {CALLED}`"
            ));
        }
        session.report(found);
    }
}

/// The first kernel with what a kernel has to turn loops that the verifier does
/// not walk through: iterators, or `bpf_loop`.
pub(crate) fn iterated_since(kernel: Version) -> Option<Version> {
    [ITERATORS, CALLED].into_iter().find(|version| kernel >= *version)
}

/// What each program costs.
fn bills(module: &ir::Module) -> Vec<Bill> {
    let mut costs = Costs { module, known: HashMap::new() };
    let programs = module.functions.iter();
    programs
        .filter(|function| matches!(function.kind, FunctionKind::Program { .. }))
        .map(|function| {
            let scope = Scope::of(function);
            let each: Vec<_> =
                function.body.iter().map(|stmt| (costs.stmt(stmt, &scope), stmt.span)).collect();
            let mut all = Work::default();
            each.iter().for_each(|(work, _)| all.add(*work));
            Bill { each, all }
        })
        .collect()
}

/// Makes the dearest loop that is walked through one of an iterator; tells
/// where it stands.
fn iterate_dearest(module: &mut ir::Module) -> Option<Span> {
    let mut costs = Costs { module, known: HashMap::new() };
    let mut dearest: Option<(u64, usize, usize)> = None;
    for (index, function) in module.functions.iter().enumerate() {
        let scope = Scope::of(function);
        let mut number = 0;
        ir::each_stmt(&function.body, &mut |stmt| {
            if is_walked(stmt) {
                let work = costs.stmt(stmt, &scope);
                let cost = work.steps.max(work.choices.saturating_mul(MAX_STEPS / MAX_CHOICES));
                if dearest.is_none_or(|(most, ..)| cost > most) {
                    dearest = Some((cost, index, number));
                }
                number += 1;
            }
        });
    }
    let (_, index, mut number) = dearest?;
    let function = module.functions.get_mut(index)?;
    let turn = LocalId(function.locals.len() as u32);
    function.locals.push(ir::Local { name: "turn".to_owned(), ty: Type::I64 });
    iterate(&mut function.body, &mut number, turn)
}

fn is_walked(stmt: &Stmt) -> bool {
    match stmt.kind {
        StmtKind::ForRange { .. } => true,
        StmtKind::Loop { bound, .. } => bound != Bound::Iterator,
        _ => false,
    }
}

/// Makes the loop with this number, counted from outside in, one of an
/// iterator.
fn iterate(stmts: &mut [Stmt], number: &mut usize, turn: LocalId) -> Option<Span> {
    for stmt in stmts {
        if is_walked(stmt) {
            if *number == 0 {
                match &mut stmt.kind {
                    StmtKind::Loop { bound, .. } => *bound = Bound::Iterator,
                    kind => {
                        let count = std::mem::replace(kind, StmtKind::Break);
                        *kind = iterated(count, turn, Bound::Iterator, stmt.span);
                    }
                }
                return Some(stmt.span);
            }
            *number -= 1;
        }
        let found = match &mut stmt.kind {
            StmtKind::If(_, first, second)
            | StmtKind::ForRange { body: first, orelse: second, .. }
            | StmtKind::Loop { body: first, orelse: second, .. } => {
                iterate(first, number, turn).or_else(|| iterate(second, number, turn))
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
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
        ir::each_stmt_within(&function.body, &mut |stmt| match &stmt.kind {
            StmtKind::ForRange { local, .. } => {
                counters.insert(*local);
            }
            StmtKind::Store(Place::Local(id), _) => {
                all.insert(*id);
            }
            _ => {}
        });
        ir::each_stmt_within(&function.body, &mut |stmt| {
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
            StmtKind::Loop { test, body, orelse, bound, .. } => {
                let mut turn = self.block(body, scope);
                turn.add(self.expr(test, scope));
                turn.choices += u64::from(!scope.knows(test));
                all.add(turn.times(match bound {
                    Bound::Seen(most) | Bound::Turns(most) => *most,
                    Bound::Iterator => ITERATED,
                }));
                all.add(self.block(orelse, scope));
            }
            StmtKind::Store(place, value) => {
                all.add(self.expr(value, scope));
                all.steps += indexing(place);
            }
            StmtKind::Eval(value) | StmtKind::Return(Some(value)) => {
                all.add(self.expr(value, scope));
            }
            StmtKind::Gather(gather) => all.steps += GATHER_STEPS * gather.from.len() as u64,
            StmtKind::Zero(place) | StmtKind::Copy(place, _) => {
                let ty = place.ty(self.module, scope.function);
                let words = ty.map_or(0, |ty| ty.size(self.module) / 8);
                all.steps += words * WORD_STEPS + indexing(place);
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
            ExprKind::Load(place) | ExprKind::Address(place) => all.steps += 1 + indexing(place),
            _ => all.steps += 1,
        });
        for id in calls {
            let work = self.function(id);
            all.add(work);
        }
        all
    }
}

/// What the indices of a place cost that are not constant.
fn indexing(place: &Place) -> u64 {
    match place {
        Place::Local(_) | Place::Global(_) | Place::Deref(_) | Place::Context(..) => 0,
        Place::Field(base, _) | Place::Part(base, ..) => indexing(base),
        Place::Index(base, index) => {
            indexing(base) + if index.as_const().is_some() { 0 } else { INDEX_STEPS }
        }
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
        TextOp::Len(..) => bytes,
        TextOp::Order(..) => 2 * bytes,
    };
    Work { steps: 4 * choices, choices }
}

/// A loop over a constant range, with turns that are counted in another local
/// and shown to end in another way.
pub(crate) fn iterated(count: StmtKind, index: LocalId, bound: Bound, at: Span) -> StmtKind {
    let StmtKind::ForRange { local, start, stop, step, body, orelse } = count else {
        return count;
    };
    let number = |value: i64| Expr::int(i128::from(value), Type::I64, at);
    let turn = || Expr::load(Place::Local(index), Type::I64, at);
    let far = Expr::binary(BinaryOp::Mul, turn(), number(step), at);
    let value = Expr::binary(BinaryOp::Add, number(start), far, at);
    let all = i64::try_from(turns(start, stop, step)).unwrap_or(i64::MAX);
    let test = Expr::compare(CompareOp::Lt, turn(), number(all), at);
    let first = Stmt::new(StmtKind::Store(Place::Local(local), value), at);
    let body = std::iter::once(first).chain(body).collect();
    StmtKind::Loop { index, test, body, orelse, bound }
}

/// The turns of a range.
pub(crate) fn turns(start: i64, stop: i64, step: i64) -> u64 {
    let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
    let distance = if step > 0 { stop - start } else { start - stop };
    let size = step.abs().max(1);
    u64::try_from((distance.max(0) + size - 1) / size).unwrap_or(u64::MAX)
}
