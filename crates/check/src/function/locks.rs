//! Spin locks: one is held at a time, nothing is called meanwhile, and every
//! path gives it back.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, StmtKind, Type};

use super::Body;
use super::flow::Lock;
use super::leave::{Guard, With};
use crate::session::Result;

impl Body<'_, '_> {
    /// `spin_lock(v.lock)`
    pub(super) fn take_lock(&mut self, lock: &syntax::Expr, at: Span) -> Result<()> {
        let address = self.object("bpf_spin_lock", lock)?;
        if let Lock::Held(_, since) | Lock::Mixed(since) = self.flow.lock.clone() {
            let message = "a lock is taken while another one is held";
            return Err(self.s.report(
                Diagnostic::new(&codes::LOCK_MISUSED, at, message)
                    .also(since, "taken here")
                    .help("give that one back before: the kernel allows one at a time"),
            ));
        }
        let call = self.call_helper("spin_lock", vec![address], Type::Void, at)?;
        self.push(StmtKind::Eval(call), at);
        self.flow.lock = Lock::Held(self.s.source.slice(lock.span).to_owned(), at);
        Ok(())
    }

    /// `spin_unlock(v.lock)`
    pub(super) fn give_lock(&mut self, lock: &syntax::Expr, at: Span) -> Result<()> {
        let address = self.object("bpf_spin_lock", lock)?;
        let text = self.s.source.slice(lock.span).to_owned();
        match self.flow.lock.clone() {
            Lock::Held(held, _) if held == text => self.unlock(address, at),
            Lock::Held(held, since) => {
                let message =
                    format!("`{text}` is given back, and `{held}` is the one that is held");
                Err(self.s.report(
                    Diagnostic::new(&codes::LOCK_MISUSED, at, message).also(since, "taken here"),
                ))
            }
            Lock::Free | Lock::Mixed(_) => {
                let message = format!("`{text}` is given back where it is not held on every path");
                Err(self.s.report(
                    Diagnostic::new(&codes::LOCK_MISUSED, at, message)
                        .help("take it before, or write `with v.lock:`"),
                ))
            }
        }
    }

    /// Gives a lock back.
    pub(super) fn unlock(&mut self, address: Expr, at: Span) -> Result<()> {
        self.flow.lock = Lock::Free;
        let call = self.call_helper("spin_unlock", vec![address], Type::Void, at)?;
        self.push(StmtKind::Eval(call), at);
        Ok(())
    }

    /// `with v.lock:`
    pub(super) fn with_lock(
        &mut self,
        lock: &syntax::Expr,
        body: &[syntax::Stmt],
        at: Span,
    ) -> Result<()> {
        // The pointer may be given another value inside.
        let address = self.object("bpf_spin_lock", lock)?;
        self.take_lock(lock, lock.span)?;
        self.withs.push(With { guard: Guard::Lock(address.clone()), loops: self.loops.len() });
        self.block(body);
        self.withs.pop();
        if !self.flow.reachable {
            self.flow.lock = Lock::Free;
            return Ok(());
        }
        let end = body.last().map_or(at, |last| last.span);
        self.unlock(address, end)
    }

    /// Reports a call while a lock is held.
    pub(super) fn not_locked(&mut self, name: &str, at: Span) {
        let (Lock::Held(held, since), false) = (self.flow.lock.clone(), name == "spin_unlock")
        else {
            return;
        };
        if name == "spin_lock" {
            return;
        }
        // One call is enough to understand it.
        self.flow.lock = Lock::Free;
        let message = format!("`{name}` is called while `{held}` is held");
        self.s.report(
            Diagnostic::new(&codes::LOCK_MISUSED, at, message)
                .also(since, "taken here")
                .note("the kernel allows no call at all under a spin lock")
                .help("call it before, keep what it gives in a variable, and use that"),
        );
    }

    /// Reports a lock that is held where a path ends.
    pub(super) fn no_lock_held(&mut self, at: Span, what: &str) {
        let (Lock::Held(_, since) | Lock::Mixed(since)) = self.flow.lock.clone() else { return };
        self.flow.lock = Lock::Free;
        let message = format!("the lock is not given back {what}");
        self.s.report(
            Diagnostic::new(&codes::LOCK_MISUSED, at, message)
                .also(since, "taken here")
                .help("put `spin_unlock(...)` before this, or write `with v.lock:`"),
        );
    }
}
