//! Fields that own objects of the kernel: `slot.task.xchg(new)` puts one in, whose
//! owner is the entry then, and gives the old one, which must be given back.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, LocalId, Place, PtrType, Region, StmtKind, StructId, Type};
use syntax::{Ident, Keyword};

use super::Body;
use super::helper_call::null;
use super::value::Value;
use crate::kfuncs::KfuncParam;
use crate::session::{Reported, Result};

/// The operation on such a field.
pub(super) const EXCHANGE: &str = "xchg";

/// The field, the operation's name, and the arguments.
pub(super) type Exchange<'e> = (&'e syntax::Expr, Span, &'e [syntax::Expr], &'e [Keyword]);

impl Body<'_, '_> {
    /// The exchange that a call is, if it is one.
    pub(super) fn exchange_call<'e>(
        &mut self,
        call: &'e syntax::Expr,
    ) -> Result<Option<Exchange<'e>>> {
        if let syntax::ExprKind::Call(callee, args, keywords) = &call.kind
            && let syntax::ExprKind::Attribute(field, method) = &callee.kind
            && method.name == EXCHANGE
            && self.is_kptr(field)?
        {
            return Ok(Some((field, method.span, args, keywords)));
        }
        Ok(None)
    }

    /// Whether an expression is such a field, without computing it.
    pub(super) fn is_kptr(&mut self, expr: &syntax::Expr) -> Result<bool> {
        let syntax::ExprKind::Attribute(base, field) = &expr.kind else { return Ok(false) };
        let path = expr.path();
        if !path.is_some_and(|path| self.is_local(&path)) {
            return Ok(false);
        }
        let (found, _) = self.apart(|body| body.field_place(base, field));
        let (_, ty) = found?;
        Ok(self.s.kptr_of(&ty).is_some())
    }

    /// `name = slot.task.xchg(new)`
    pub(super) fn exchange(
        &mut self,
        name: &Ident,
        (field, method, args, keywords): Exchange<'_>,
        at: Span,
    ) -> Result<LocalId> {
        self.no_keywords(keywords)?;
        self.count(EXCHANGE, "what is put in, or `None`", 1..=1, args, at)?;
        let syntax::ExprKind::Attribute(base, member) = &field.kind else {
            return Err(Reported);
        };
        let (place, ty) = self.field_place(base, member)?;
        let Some(of) = self.s.kptr_of(&ty) else { return Err(Reported) };
        if !matches!(place.region(), Region::MapValue(_) | Region::Any) {
            let message = "only an entry of a map owns objects, and this is a variable";
            return Err(self.s.report(
                Diagnostic::new(&codes::OBJECT_MISPLACED, field.span, message)
                    .help("exchange the field of what `lookup` gives"),
            ));
        }
        let (new, given) = self.put_in(of, &args[0])?;
        let helper = kernel::helper("kptr_xchg").ok_or(Reported)?;
        self.uses(helper, method);
        let address = Expr::address(place.clone(), ty, place.region(), field.span);
        let pointer = Type::Ptr(PtrType {
            pointee: Some(Box::new(Type::Struct(of))),
            region: Region::Trusted,
            nullable: true,
        });
        let call = self.call_helper("kptr_xchg", vec![address, new], pointer.clone(), at)?;
        let id = self.reservation(name, &pointer)?;
        self.push(StmtKind::Store(Place::Local(id), call), at);
        if let Some(given) = given {
            self.given_back(given, at);
        }
        self.flow.assign(id);
        self.flow.hold(id, at);
        Ok(id)
    }

    /// What is put in: nothing, or what a local holds, which holds it no longer.
    fn put_in(&mut self, of: StructId, arg: &syntax::Expr) -> Result<(Expr, Option<LocalId>)> {
        if matches!(arg.kind, syntax::ExprKind::None) {
            return Ok((null(arg.span), None));
        }
        let kind = KfuncParam::Object { of, nullable: true };
        let (pointer, id) = self.released(EXCHANGE, &kind, arg)?;
        Ok((pointer, Some(id)))
    }

    /// Reports a field that is set like any other.
    pub(super) fn kptr_assigned(&mut self, at: Span) -> Reported {
        let message = "this field owns an object of the kernel, and is not set with `=`";
        self.s.report(
            Diagnostic::new(&codes::OBJECT_MISPLACED, at, message)
                .note("the old object would be lost")
                .help("write `old = entry.field.xchg(new)`, and release `old` if it is there"),
        )
    }

    /// What such a field points to now, which the kernel may free meanwhile: it
    /// is read by a helper.
    pub(super) fn kptr_value(&self, place: Place, ty: &Type, at: Span) -> Option<Value> {
        let of = self.s.kptr_of(ty)?;
        let pointer = Type::Ptr(PtrType {
            pointee: Some(Box::new(Type::Struct(of))),
            region: Region::Kernel,
            nullable: true,
        });
        Some(Value::Scalar(Expr::load(place.field(0), pointer, at)))
    }
}
