//! Divisions of what loops count, as multiplications. The verifier follows a
//! product and a shift of numbers that it knows, but no quotient: not even that
//! of two constants.

use ir::{BinaryOp, Expr, ExprKind, Local, Type};

use super::flow::Flow;
use super::range::range;

/// A dividend below this is shifted right in 64 bits without loss.
const MAX_DIVIDEND: u64 = 1 << 30;

/// An index that is made of counters, in a form that the verifier follows;
/// nothing where there is none.
pub(super) fn followed(index: &Expr, flow: &Flow, locals: &[Local]) -> Option<Expr> {
    let of = |inner: &Expr| followed(inner, flow, locals).map(Box::new);
    let kind = match &index.kind {
        ExprKind::Convert(inner) => ExprKind::Convert(of(inner)?),
        ExprKind::Unary(op, inner) => ExprKind::Unary(*op, of(inner)?),
        ExprKind::Binary(op @ (BinaryOp::Div | BinaryOp::Rem), left, right) => {
            let by = u64::try_from(right.as_const()?).ok()?;
            if !by.is_power_of_two() {
                let most = range(left, flow, locals);
                let most = u64::try_from(most.max).ok().filter(|_| most.min >= 0)?;
                return divided(*op, *of(left)?, most, by);
            }
            ExprKind::Binary(*op, of(left)?, right.clone())
        }
        ExprKind::Binary(op, left, right) => ExprKind::Binary(*op, of(left)?, of(right)?),
        kind => kind.clone(),
    };
    Some(Expr::new(kind, index.ty.clone(), index.span))
}

/// `left // by` or `left % by` where `left` is at most `most`: a product with
/// `2**shift / by`, rounded up, which is exact as long as what rounding adds,
/// `by` at the most, stays below `2**shift` when it is taken `most` times.
fn divided(op: BinaryOp, left: Expr, most: u64, by: u64) -> Option<Expr> {
    if by == 0 || most.max(by) >= MAX_DIVIDEND {
        return None;
    }
    let (ty, at) = (left.ty.clone(), left.span);
    let number = |value: u64| Expr::int(value.into(), Type::U64, at);
    let shift = bits(most) + bits(by);
    let factor = (1 << shift) / by + 1;
    let left = left.convert(Type::U64);
    let product = Expr::binary(BinaryOp::Mul, left.clone(), number(factor), at);
    let quotient = Expr::binary(BinaryOp::Shr, product, number(shift.into()), at);
    let found = if op == BinaryOp::Div {
        quotient
    } else {
        let whole = Expr::binary(BinaryOp::Mul, quotient, number(by), at);
        Expr::binary(BinaryOp::Sub, left, whole, at)
    };
    Some(found.convert(ty))
}

/// How many bits a number has.
fn bits(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::Span;

    /// What an expression without locals gives.
    fn value(expr: &Expr) -> i128 {
        match &expr.kind {
            ExprKind::Const(value) => *value,
            ExprKind::Convert(inner) => value(inner),
            ExprKind::Binary(op, left, right) => {
                let (left, right) = (value(left), value(right));
                match op {
                    BinaryOp::Mul => left * right,
                    BinaryOp::Shr => left >> right,
                    BinaryOp::Sub => left - right,
                    op => panic!("{op:?}"),
                }
            }
            kind => panic!("{kind:?}"),
        }
    }

    #[test]
    fn products_give_quotients_and_remainders() {
        let number = |value: u64| Expr::int(value.into(), Type::I64, Span::default());
        for most in [1, 2, 11, 63, 64, 1000, MAX_DIVIDEND - 1] {
            for by in [3, 5, 6, 7, 9, 10, 63, 641, 1000, 65537, MAX_DIVIDEND - 1] {
                let near = (0..200).chain(most - most.min(200)..=most);
                for left in near.filter(|left| *left <= most) {
                    let of = |op| divided(op, number(left), most, by).map(|found| value(&found));
                    assert_eq!(of(BinaryOp::Div), Some(i128::from(left / by)), "{left} // {by}");
                    assert_eq!(of(BinaryOp::Rem), Some(i128::from(left % by)), "{left} % {by}");
                }
            }
        }
    }

    #[test]
    fn what_may_be_negative_or_large_has_no_such_form() {
        let number = |value: i128| Expr::int(value, Type::I64, Span::default());
        let of = |left: i128| {
            let index = Expr::binary(BinaryOp::Div, number(left), number(3), Span::default());
            followed(&index, &Flow::start(), &[])
        };
        assert!(of(11).is_some());
        assert!(of(-1).is_none());
        assert!(of(i128::from(MAX_DIVIDEND)).is_none());
    }
}
