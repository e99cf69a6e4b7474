//! Addresses as numbers. The verifier goes on taking a pointer that it trusts for one
//! when the program takes it for a number, and lets little be computed with it: what it
//! would refuse is computed with a copy that a helper has read.

use diagnostics::Span;
use ir::{Expr, ExprKind, Place, Region, StmtKind, Type};

use super::Body;
use super::kernel_memory::REACH;
use crate::session::{Reported, Result};

impl Body<'_, '_> {
    /// Whether a number is a pointer to the verifier.
    pub(super) fn is_address(&self, expr: &Expr) -> bool {
        if expr.ptr_type().is_some_and(|ptr| ptr.region == Region::Trusted) {
            return true;
        }
        match &expr.kind {
            ExprKind::Convert(inner) | ExprKind::NonNull(inner) => self.is_address(inner),
            ExprKind::Load(Place::Local(id)) => self.addresses.contains(id),
            _ => false,
        }
    }

    /// The operands of an operator as the verifier lets it be applied.
    pub(super) fn plain_numbers(
        &mut self,
        op: syntax::BinaryOp,
        left: Expr,
        right: Expr,
        at: Span,
    ) -> Result<(Expr, Expr)> {
        let (adds, takes) = (op == syntax::BinaryOp::Add, op == syntax::BinaryOp::Sub);
        let near =
            |expr: &Expr| expr.as_const().is_some_and(|value| (-REACH..REACH).contains(&value));
        let is_wide = |expr: &Expr| matches!(expr.ty, Type::Int(int) if int.bits == 64);
        let allowed = match (self.is_address(&left), self.is_address(&right)) {
            (true, true) => takes && is_wide(&left) && is_wide(&right),
            (true, false) => (adds || takes) && is_wide(&left) && near(&right),
            (false, true) => adds && is_wide(&right) && near(&left),
            (false, false) => true,
        };
        if allowed {
            return Ok((left, right));
        }
        Ok((self.plain_number(left, at)?, self.plain_number(right, at)?))
    }

    /// A number that is one to the verifier, too.
    pub(super) fn plain_number(&mut self, number: Expr, at: Span) -> Result<Expr> {
        if !self.is_address(&number) {
            return Ok(number);
        }
        let ty = number.ty.clone();
        let whole = match number.kind {
            ExprKind::Convert(inner) if inner.ptr_type().is_none() => {
                return Ok(self.plain_number(*inner, at)?.convert(ty));
            }
            ExprKind::Convert(inner) => inner.convert(Type::U64),
            _ => number.convert(Type::U64),
        };
        let slot = Place::Local(self.hidden("address", Type::U64));
        self.push(StmtKind::Store(slot.clone(), whole), at);
        let from = Expr::address(slot, Type::U64, Region::Stack, at).convert(Type::U64);
        Ok(self.probed(from, at).ok_or(Reported)?.convert(ty))
    }
}
