//! Ways out of a block: `with` and `assert`.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, ExprKind, LocalId, Place, StmtKind, Type};
use syntax::Ident;

use super::Body;
use super::reserve::Held;
use super::value::Value;
use crate::session::{Reported, Result};

/// A `with` that the current statement stands in.
pub(crate) struct With {
    /// What is done at its end.
    pub guard: Guard,
    /// How many loops it stands in.
    pub loops: usize,
}

/// What a `with` holds.
#[derive(Clone)]
pub(crate) enum Guard {
    /// A record or a socket, in a local.
    Record(LocalId),
    /// A dynptr of a record, and the local that is 0 once it was given away.
    Dynptr(LocalId, LocalId),
    /// A lock: its address.
    Lock(Expr),
}

impl Body<'_, '_> {
    /// `with ring.reserve(T) as name:`: the body is for a record that there
    /// was room for; every way out of it submits.
    pub(super) fn with_stmt(
        &mut self,
        context: &syntax::Expr,
        target: Option<&syntax::Expr>,
        body: &[syntax::Stmt],
        at: Span,
    ) -> Result<()> {
        if target.is_none()
            && let Ok(Some(object)) = self.object_named(context)
            && object.name == "bpf_spin_lock"
        {
            return self.with_lock(context, body, at);
        }
        let call = match self.held_call(context) {
            Ok(Some(call)) => call,
            Ok(None) => return Err(self.no_context(context, target, body)),
            Err(reported) => {
                self.poison_with(target, body);
                return Err(reported);
            }
        };
        let name = match target {
            Some(syntax::Expr { kind: syntax::ExprKind::Name(name), span }) => {
                Ident { name: name.clone(), span: *span }
            }
            _ => {
                self.poison_with(target, body);
                return Err(self.nameless(&call, context.span));
            }
        };
        let call = match call {
            Held::Dynptr(call) => {
                let done = self.with_dynptr(&name, call, body, at);
                if done.is_err() {
                    self.poison(&name);
                }
                return done;
            }
            call => call,
        };
        let record = match self.take_held(&name, call, context.span) {
            Ok(record) => record,
            Err(reported) => {
                self.poison_with(target, body);
                return Err(reported);
            }
        };
        let loaded = Expr::load(Place::Local(record), self.local_type(record), at);
        let found = Expr::new(ExprKind::IsFound(Box::new(loaded)), Type::Bool, at);
        let before = self.flow.clone();
        self.flow.learn(&[record]);
        self.withs.push(With { guard: Guard::Record(record), loops: self.loops.len() });
        let (ended, steps) = self.apart(|this| {
            this.block(body);
            if this.flow.reachable { this.end_with(record, "submit", at) } else { Ok(()) }
        });
        self.withs.pop();
        let inside = std::mem::replace(&mut self.flow, before);
        self.flow.learn_missing(&[record]);
        self.flow = inside.join(self.flow.clone());
        self.push(StmtKind::If(found, steps, Vec::new()), at);
        ended
    }

    fn no_context(
        &mut self,
        context: &syntax::Expr,
        target: Option<&syntax::Expr>,
        body: &[syntax::Stmt],
    ) -> Reported {
        self.poison_with(target, body);
        if matches!(context.kind, syntax::ExprKind::Error) {
            return Reported;
        }
        let message = "`with` is for records of a ring buffer, sockets and locks, nothing else";
        self.s.report(
            Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, context.span, message)
                .help("write `with ring.reserve(Event) as event:`, or the steps one after another"),
        )
    }

    /// The body of a `with` that failed is checked all the same.
    fn poison_with(&mut self, target: Option<&syntax::Expr>, body: &[syntax::Stmt]) {
        if let Some(target) = target {
            self.poison_target(target);
        }
        let before = self.flow.clone();
        self.apart(|this| this.block(body));
        self.flow.reachable = before.reachable;
    }

    /// `assert test, message`: a failing one ends the function with 0.
    pub(super) fn assert_stmt(
        &mut self,
        test: &syntax::Expr,
        message: Option<&syntax::Expr>,
        at: Span,
    ) -> Result<()> {
        let (condition, facts) = self.test(test)?;
        match constant(&condition) {
            Some(true) => return Ok(()),
            Some(false) => return Err(self.always_fails(test, message)),
            None => {}
        }
        let before = self.flow.clone();
        self.flow.after_test(&facts, false);
        self.learn_test(&condition, false);
        let (told, steps) = self.apart(|this| {
            let told = match message {
                None => Ok(()),
                Some(message) => this.tell(message, at),
            };
            this.leave_withs(0, "discard", at);
            this.nothing_held(at, "when the assertion fails");
            this.return_zero(at);
            told
        });
        self.flow = before;
        self.flow.after_test(&facts, true);
        self.learn_test(&condition, true);
        self.push(StmtKind::If(condition, Vec::new(), steps), at);
        told
    }

    /// Writes why an assertion failed to the trace pipe.
    fn tell(&mut self, message: &syntax::Expr, at: Span) -> Result<()> {
        let told = self.print(std::slice::from_ref(message), &[], at)?;
        if let Value::Scalar(call) = told {
            self.push(StmtKind::Eval(call), at);
        }
        Ok(())
    }

    fn always_fails(&mut self, test: &syntax::Expr, message: Option<&syntax::Expr>) -> Reported {
        let why = match message.map(|message| &message.kind) {
            Some(syntax::ExprKind::Str(text)) => format!(": {text}"),
            _ => String::new(),
        };
        let text = self.s.source.slice(test.span).to_owned();
        let message = format!("`{text}` never holds{why}");
        self.s.report(
            Diagnostic::new(&codes::FAILED_ASSERTION, test.span, message)
                .note("the compiler knows its value and checks it once"),
        )
    }

    /// Leaves the function with nothing, 0 or an empty struct.
    pub(super) fn return_zero(&mut self, at: Span) {
        if let Some((place, ty)) = self.result_place(at) {
            debug_assert!(ty.is_aggregate());
            self.push(StmtKind::Zero(place), at);
        }
        let value = match &self.ret {
            Type::Void => None,
            ret => Some(Expr::int(0, ret.clone(), at)),
        };
        self.push(StmtKind::Return(value), at);
        self.flow.reachable = false;
    }
}

/// What a test is, if the compiler can tell.
fn constant(test: &Expr) -> Option<bool> {
    let number = |expr: &Expr| expr.as_const();
    match &test.kind {
        ExprKind::Const(value) => Some(*value != 0),
        ExprKind::Unary(ir::UnaryOp::Not, inner) => constant(inner).map(|holds| !holds),
        ExprKind::And(a, b) => Some(constant(a)? && constant(b)?),
        ExprKind::Or(a, b) => Some(constant(a)? || constant(b)?),
        ExprKind::Compare(op, a, b) => {
            let (a, b) = (number(a)?, number(b)?);
            Some(match op {
                ir::CompareOp::Eq => a == b,
                ir::CompareOp::Ne => a != b,
                ir::CompareOp::Lt => a < b,
                ir::CompareOp::Le => a <= b,
                ir::CompareOp::Gt => a > b,
                ir::CompareOp::Ge => a >= b,
            })
        }
        _ => None,
    }
}
