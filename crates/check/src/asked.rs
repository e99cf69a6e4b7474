//! Functions that the kernel need not have, and are asked about by `ksym_exists`: a call
//! of one stands where the answer was yes, or the verifier of a kernel without it refuses
//! the whole program.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use diagnostics::Span;
use ir::{CompareOp, Expr, ExprKind, ExternId, ExternKind, FunctionId, LocalId, Module, Place};
use ir::{Stmt, StmtKind, UnaryOp};

use crate::session::Session;

/// What is known to be there, by its number in the module.
type Known = BTreeSet<u32>;

/// How a function is asked about.
fn way_out(name: &str) -> String {
    format!("or ask first: `if ksym_exists({name}):`, with the call below it")
}

/// Reports calls of functions that older kernels lack and the file never asks about.
pub(crate) fn check_names(session: &mut Session<'_>) {
    for (name, at) in std::mem::take(&mut session.unasked) {
        let is_asked = session.module.externs.iter().any(|known| known.name == name && known.weak);
        let Some(since) = kernel::kfunc(&name).map(kernel::Kfunc::since) else { continue };
        if !is_asked {
            let diagnostic = session.too_old(since, &format!("`{name}`"), at);
            session.report(diagnostic.help(way_out(&name)));
        }
    }
}

/// Reports calls of functions that older kernels lack where nobody has asked.
pub(crate) fn check(session: &mut Session<'_>) {
    let wanted: Known = (0..)
        .zip(&session.module.externs)
        .filter(|(_, known)| known.weak && matches!(known.kind, ExternKind::Function { .. }))
        .filter(|(_, known)| {
            kernel::kfunc(&known.name).is_some_and(|kfunc| !session.has(kfunc.since()))
        })
        .map(|(index, _)| index)
        .collect();
    if wanted.is_empty() || session.has_errors() {
        return;
    }
    let mut walk = Walk {
        module: &session.module,
        wanted: &wanted,
        answers: HashMap::new(),
        seen: HashSet::new(),
        found: BTreeMap::new(),
    };
    for signature in session.signatures() {
        if signature.section.is_some() {
            walk.function(signature.id, &Known::new());
        }
    }
    for (start, (at, id)) in walk.found {
        debug_assert_eq!(start, at.start);
        let Some(name) = session.module.externs.get(id as usize).map(|known| known.name.clone())
        else {
            continue;
        };
        let Some(since) = kernel::kfunc(&name).map(kernel::Kfunc::since) else { continue };
        let what = format!("nothing shows here that the kernel has `{name}`, which");
        let diagnostic = session.too_old(since, &what, at).help(way_out(&name));
        session.report(diagnostic);
    }
}

struct Walk<'m> {
    module: &'m Module,
    wanted: &'m Known,
    /// What the locals of the function hold that are set once.
    answers: HashMap<LocalId, &'m Expr>,
    seen: HashSet<(FunctionId, Known)>,
    /// Calls without an answer, by their place.
    found: BTreeMap<u32, (Span, u32)>,
}

impl<'m> Walk<'m> {
    fn function(&mut self, id: FunctionId, known: &Known) {
        if !self.seen.insert((id, known.clone())) {
            return;
        }
        let body = &self.module.function(id).body;
        let outer = std::mem::replace(&mut self.answers, set_once(body));
        self.block(body, known.clone());
        self.answers = outer;
    }

    /// What is known behind the statements; nothing where they do not end.
    fn block(&mut self, stmts: &'m [Stmt], mut known: Known) -> Option<Known> {
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::If(test, then, orelse) => {
                    self.expr(test, &known);
                    let yes = self.block(then, self.with(&known, test, true));
                    let no = self.block(orelse, self.with(&known, test, false));
                    known = match (yes, no) {
                        (Some(yes), Some(no)) => yes.intersection(&no).copied().collect(),
                        (one, other) => one.or(other)?,
                    };
                }
                StmtKind::Loop { test, body, orelse, .. } => {
                    self.expr(test, &known);
                    self.block(body, self.with(&known, test, true));
                    self.block(orelse, known.clone());
                }
                StmtKind::ForRange { body, orelse, .. } => {
                    self.block(body, known.clone());
                    self.block(orelse, known.clone());
                }
                StmtKind::Store(_, value) | StmtKind::Eval(value) => self.expr(value, &known),
                StmtKind::Return(value) => {
                    if let Some(value) = value {
                        self.expr(value, &known);
                    }
                    return None;
                }
                StmtKind::Break | StmtKind::Continue => return None,
                StmtKind::Zero(_)
                | StmtKind::ZeroPart(..)
                | StmtKind::Copy(..)
                | StmtKind::Gather(..)
                | StmtKind::StoreStr(..) => {}
            }
        }
        Some(known)
    }

    fn expr(&mut self, expr: &'m Expr, known: &Known) {
        match &expr.kind {
            ExprKind::And(left, right) => {
                self.expr(left, known);
                self.expr(right, &self.with(known, left, true));
            }
            ExprKind::Or(left, right) => {
                self.expr(left, known);
                self.expr(right, &self.with(known, left, false));
            }
            ExprKind::Select(test, yes, no) => {
                self.expr(test, known);
                self.expr(yes, &self.with(known, test, true));
                self.expr(no, &self.with(known, test, false));
            }
            ExprKind::Sequence(stmts, value) => {
                if let Some(known) = self.block(stmts, known.clone()) {
                    self.expr(value, &known);
                }
            }
            ExprKind::Spill(inner)
            | ExprKind::Convert(inner)
            | ExprKind::NonNull(inner)
            | ExprKind::IsFound(inner)
            | ExprKind::Hidden(inner)
            | ExprKind::InPacket(inner)
            | ExprKind::Unary(_, inner) => self.expr(inner, known),
            ExprKind::Binary(_, left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::Advance(left, right) => {
                self.expr(left, known);
                self.expr(right, known);
            }
            ExprKind::Kfunc(id, args) => {
                if self.wanted.contains(&id.0) && !known.contains(&id.0) {
                    self.found.insert(expr.span.start, (expr.span, id.0));
                }
                args.iter().for_each(|arg| self.expr(arg, known));
            }
            ExprKind::Call(id, args) => {
                args.iter().for_each(|arg| self.expr(arg, known));
                self.function(*id, known);
            }
            ExprKind::Helper(_, args) => args.iter().for_each(|arg| self.expr(arg, known)),
            ExprKind::Function(id) => self.function(*id, known),
            // Places hold indices and pointers: what was called is in a local.
            _ => {}
        }
    }

    fn with(&self, known: &Known, test: &Expr, holds: bool) -> Known {
        let mut known = known.clone();
        self.learn(test, holds, &mut known);
        known
    }

    /// What is there if a test comes out so.
    fn learn(&self, test: &Expr, holds: bool, known: &mut Known) {
        match &test.kind {
            ExprKind::IsFound(inner) => {
                if let (ExprKind::Extern(ExternId(id)), true) = (&inner.kind, holds) {
                    known.insert(*id);
                }
            }
            ExprKind::Convert(inner) | ExprKind::Hidden(inner) => self.learn(inner, holds, known),
            ExprKind::Unary(UnaryOp::Not, inner) => self.learn(inner, !holds, known),
            ExprKind::Compare(op @ (CompareOp::Ne | CompareOp::Eq), left, right)
                if matches!(right.kind, ExprKind::Const(0)) =>
            {
                self.learn(left, holds == (*op == CompareOp::Ne), known);
            }
            ExprKind::And(left, right) if holds => {
                self.learn(left, true, known);
                self.learn(right, true, known);
            }
            ExprKind::Or(left, right) if !holds => {
                self.learn(left, false, known);
                self.learn(right, false, known);
            }
            ExprKind::Load(Place::Local(id)) => {
                if let Some(answer) = self.answers.get(id) {
                    self.learn(answer, holds, known);
                }
            }
            _ => {}
        }
    }
}

/// What locals hold that are set in one place.
fn set_once(body: &[Stmt]) -> HashMap<LocalId, &Expr> {
    let mut stores: HashMap<LocalId, Option<&Expr>> = HashMap::new();
    ir::each_stmt_within(body, &mut |stmt| {
        if let StmtKind::Store(Place::Local(id), value) = &stmt.kind {
            let first = !stores.contains_key(id) && is_answer(value);
            stores.insert(*id, first.then_some(value));
        }
    });
    stores.into_iter().filter_map(|(id, value)| Some((id, value?))).collect()
}

/// Whether a value is an answer and nothing else, so that none is made of itself.
fn is_answer(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::IsFound(inner) => matches!(inner.kind, ExprKind::Extern(_)),
        ExprKind::Convert(inner) | ExprKind::Unary(UnaryOp::Not, inner) => is_answer(inner),
        _ => false,
    }
}
