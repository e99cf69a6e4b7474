//! Bits of headers that have a name: `ip.ihl`, `tcp.syn`.

use ir::{BinaryOp, Expr, IntType, Place, StmtKind, Type};
use syntax::Ident;

use super::Body;
use super::value::Value;
use crate::net::Bits;
use crate::session::Result;

impl Body<'_, '_> {
    /// The byte that holds `base.field`, if these are bits of one.
    fn bits(&mut self, base: &syntax::Expr, field: &Ident) -> Result<Option<(Place, Bits)>> {
        if !self.s.has_bits(&field.name) {
            return Ok(None);
        }
        let (value, steps) = self.apart(|body| body.expr(base));
        let Some((place, Type::Struct(id))) = self.as_place(value?, base.span)? else {
            return Ok(None);
        };
        let Some(bits) = self.s.bits_of(id, &field.name) else { return Ok(None) };
        self.out.extend(steps);
        Ok(Some((place.field(bits.field), bits)))
    }

    /// `base.field` as a value, if these are bits.
    pub(super) fn read_bits(
        &mut self,
        base: &syntax::Expr,
        field: &Ident,
    ) -> Result<Option<Value>> {
        let Some((place, bits)) = self.bits(base, field)? else { return Ok(None) };
        let at = base.span.to(field.span);
        let byte = Expr::load(place, Type::Int(IntType::U8), at).convert(Type::I32);
        let number = |value: u8| Expr::int(value.into(), Type::I32, at);
        let shifted = match bits.shift {
            0 => byte,
            by => Expr::binary(BinaryOp::Shr, byte, number(by), at),
        };
        let masked = Expr::binary(BinaryOp::And, shifted, number(mask(bits)), at);
        Ok(Some(Value::Scalar(masked.convert(Type::Int(IntType::U8)))))
    }

    /// `base.field = value`, if these are bits; whether they were.
    pub(super) fn write_bits(
        &mut self,
        (base, field): (&syntax::Expr, &Ident),
        value: &Value,
        at: diagnostics::Span,
    ) -> Result<bool> {
        let Some((place, bits)) = self.bits(base, field)? else { return Ok(false) };
        self.writable(&place, at)?;
        let number = |value: u8| Expr::int(value.into(), Type::I32, at);
        let value = self.integer(value.clone(), at)?.convert(Type::I32);
        let value = Expr::binary(BinaryOp::And, value, number(mask(bits)), at);
        let value = Expr::binary(BinaryOp::Shl, value, number(bits.shift), at);
        let byte = Expr::load(place.clone(), Type::Int(IntType::U8), at).convert(Type::I32);
        let kept = Expr::binary(BinaryOp::And, byte, number(!(mask(bits) << bits.shift)), at);
        let whole = Expr::binary(BinaryOp::Or, kept, value, at);
        self.push(StmtKind::Store(place, whole.convert(Type::Int(IntType::U8))), at);
        Ok(true)
    }
}

/// As many ones as there are bits.
fn mask(bits: Bits) -> u8 {
    if bits.width >= 8 { u8::MAX } else { (1 << bits.width) - 1 }
}
