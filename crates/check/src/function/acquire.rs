//! Sockets that a lookup gives: each has a name, and every path releases it
//! once.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, LocalId, Place, PtrType, Region, StmtKind, Type};
use kernel::{Helper, Ret};
use syntax::{Ident, Keyword};

use super::Body;
use super::value::Value;
use crate::names::Meaning;
use crate::session::{Reported, Result};

/// A call that gives a socket, and its arguments.
pub(super) type Acquiring<'e> = (&'static Helper, &'e [syntax::Expr], &'e [Keyword]);

impl Body<'_, '_> {
    /// The call that a value is, if it gives something to be released.
    pub(super) fn acquire_call<'e>(
        &mut self,
        value: &'e syntax::Expr,
    ) -> Result<Option<Acquiring<'e>>> {
        let syntax::ExprKind::Call(callee, args, keywords) = &value.kind else { return Ok(None) };
        let Some(path) = callee.path().filter(|path| !self.is_local(path)) else {
            return Ok(None);
        };
        // Most calls are of something else, which is looked up once.
        let named = path.last().and_then(|name| kernel::helper(name));
        let acquires = |helper: &&Helper| matches!(helper.ret, Ret::Socket { acquired: true, .. });
        if !named.is_some_and(|helper| acquires(&helper))
            && self.s.tree.imports.resolve(&path).is_none()
        {
            return Ok(None);
        }
        if path.len() > 1 && self.s.tree.imports.resolve(&path).is_none() {
            return Ok(None);
        }
        let (found, _) = match self.s.tree.imports.resolve(&path) {
            Some((module, name)) if module == "pythonbpf.helper" || module == "pythonbpf" => {
                (kernel::helper(&name), module)
            }
            Some(_) => return Ok(None),
            None => match self.s.resolve(&path, callee.span)? {
                Meaning::Helper(helper) => (Some(helper), String::new()),
                _ => return Ok(None),
            },
        };
        Ok(found.filter(acquires).map(|helper| (helper, args.as_slice(), keywords.as_slice())))
    }

    /// `name = sk_lookup_tcp(...)`
    pub(super) fn acquire(
        &mut self,
        name: &Ident,
        (helper, args, keywords): Acquiring<'_>,
        at: Span,
    ) -> Result<LocalId> {
        self.no_keywords(keywords)?;
        let Value::Scalar(call) = self.helper(helper, args, at)? else { return Err(Reported) };
        let id = self.reservation(name, &call.ty)?;
        self.push(StmtKind::Store(Place::Local(id), call), at);
        self.flow.assign(id);
        self.flow.hold(id, at);
        Ok(id)
    }

    /// Reports a lookup whose socket gets no name.
    pub(super) fn nameless_socket(&mut self, at: Span) -> Reported {
        let text = self.s.source.slice(at).to_owned();
        let message = "the socket that is found needs a name of its own";
        self.s.report(
            Diagnostic::new(&codes::UNFINISHED_RESERVATION, at, message)
                .note("it must be checked, used and released by that name")
                .help(format!("write `sk = {text}`, or `with {text} as sk:`")),
        )
    }

    /// `sk_release(sk)`
    pub(super) fn release(&mut self, socket: &syntax::Expr, at: Span) -> Result<Value> {
        let value = self.expr(socket)?;
        if let (Value::Scalar(expr), syntax::ExprKind::Name(name)) = (&value, &socket.kind)
            && let Type::Ptr(PtrType { region: Region::Socket, nullable, .. }) = &expr.ty
            && let Some(id) = self.names.get(name).and_then(|named| named.id)
            && self.flow.reservation(id).is_some()
        {
            if *nullable {
                return Err(self.unchecked(socket.span));
            }
            self.finish_record("release", id, expr.clone(), Expr::int(0, Type::U64, at), at)?;
            return Ok(Value::Nothing);
        }
        if self.s.has_errors()
            && matches!(&value, Value::Scalar(expr) if expr.ptr_type().is_some_and(|ptr| ptr.region == Region::Socket))
        {
            // What was held is not followed through what was refused.
            return Err(Reported);
        }
        let message = "`sk_release` takes a socket that a lookup in this function gave";
        Err(self.s.report(
            Diagnostic::new(&codes::TYPE_MISMATCH, socket.span, message)
                .note("what `sk_fullsock` and its kin give belongs to the socket it was made of"),
        ))
    }
}
