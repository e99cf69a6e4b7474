//! Between what bounds a number lies: from its type, from how it is computed,
//! and from the tests that were passed on the way ([`Flow`]).

use ir::{
    BinaryOp, CompareOp, Expr, ExprKind, IntType, Local, LocalId, Place, TextOp, Type, UnaryOp,
};

use super::flow::Flow;

/// The bounds of a number, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub min: i128,
    pub max: i128,
    /// Whether it is made of constants and loop counters alone, so that the
    /// verifier, which walks through every turn, knows its value each time.
    pub walked: bool,
}

impl Range {
    pub fn between(min: i128, max: i128) -> Self {
        Self { min, max, walked: false }
    }

    fn of_type(ty: &Type) -> Self {
        match ty {
            Type::Int(int) => Self::between(int.min(), int.max()),
            _ => Self::between(0, 1),
        }
    }

    /// What holds for a number that has one of two ranges.
    pub fn join(self, other: Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            walked: self.walked && other.walked,
        }
    }

    /// What holds for a number that has both ranges; two that exclude each
    /// other belong to code that is never reached.
    pub fn meet(self, other: Self) -> Self {
        let (min, max) = (self.min.max(other.min), self.max.min(other.max));
        if min > max { self } else { Self { min, max, ..self } }
    }

    fn fits(self, ty: &Type) -> bool {
        matches!(ty, Type::Int(int) if int.holds(self.min) && int.holds(self.max))
    }

    pub fn is_within(self, min: i128, max: i128) -> bool {
        self.min >= min && self.max <= max
    }
}

/// The bounds of an expression at a point.
pub(crate) fn range(expr: &Expr, flow: &Flow, locals: &[Local]) -> Range {
    let whole = Range::of_type(&expr.ty);
    let of = |inner: &Expr| range(inner, flow, locals);
    let found = match &expr.kind {
        ExprKind::Const(value) => Range { min: *value, max: *value, walked: true },
        ExprKind::Load(Place::Local(id)) => flow.number(*id).unwrap_or(whole),
        ExprKind::Convert(inner) if matches!(inner.ty, Type::Int(_) | Type::Bool) => of(inner),
        ExprKind::Hidden(inner) | ExprKind::Sequence(_, inner) => of(inner),
        ExprKind::Binary(op, left, right) => binary(*op, of(left), of(right)).unwrap_or(whole),
        ExprKind::Text(op) => match op.as_ref() {
            TextOp::Len(_, room) => Range::between(0, (*room).into()),
            _ => whole,
        },
        ExprKind::Select(test, yes, no) => {
            let arm = |value: &Expr, outcome: bool| {
                let mut known = flow.clone();
                learn(&mut known, locals, test, outcome);
                range(value, &known, locals)
            };
            arm(yes, true).join(arm(no, false))
        }
        _ => whole,
    };
    // What does not fit the type wraps, or becomes a bool.
    if found.fits(&expr.ty) { found } else { whole }
}

/// The bounds of a result computed without wrapping.
fn binary(op: BinaryOp, a: Range, b: Range) -> Option<Range> {
    let walked = a.walked && b.walked;
    let corners = |apply: &dyn Fn(i128, i128) -> Option<i128>| {
        let all = [(a.min, b.min), (a.min, b.max), (a.max, b.min), (a.max, b.max)];
        let all: Option<Vec<i128>> = all.into_iter().map(|(a, b)| apply(a, b)).collect();
        let all = all?;
        Some((*all.iter().min()?, *all.iter().max()?))
    };
    let (min, max) = match op {
        BinaryOp::Add => (a.min.checked_add(b.min)?, a.max.checked_add(b.max)?),
        BinaryOp::Sub => (a.min.checked_sub(b.max)?, a.max.checked_sub(b.min)?),
        BinaryOp::Mul => corners(&i128::checked_mul)?,
        BinaryOp::Div if b.min > 0 => corners(&i128::checked_div)?,
        BinaryOp::Rem if b.min > 0 => {
            let most = b.max - 1;
            (if a.min >= 0 { 0 } else { (-most).max(a.min) }, most.min(a.max.max(0)))
        }
        BinaryOp::And if a.min >= 0 && b.min >= 0 => (0, a.max.min(b.max)),
        BinaryOp::And if a.min >= 0 => (0, a.max),
        BinaryOp::And if b.min >= 0 => (0, b.max),
        BinaryOp::Or | BinaryOp::Xor if a.min >= 0 && b.min >= 0 => {
            let most = u128::try_from(a.max.max(b.max)).ok()?.checked_add(1)?;
            (0, i128::try_from(most.checked_next_power_of_two()?).ok()? - 1)
        }
        BinaryOp::Shl if a.min >= 0 && (0..64).contains(&b.min) && b.max < 64 => {
            (a.min.checked_mul(1 << b.min)?, a.max.checked_mul(1 << b.max)?)
        }
        BinaryOp::Shr if a.min >= 0 && (0..64).contains(&b.min) && b.max < 64 => {
            (a.min >> b.max, a.max >> b.min)
        }
        _ => return None,
    };
    Some(Range { min, max, walked })
}

/// Takes note of how a test came out.
pub(crate) fn learn(flow: &mut Flow, locals: &[Local], test: &Expr, outcome: bool) {
    match (&test.kind, outcome) {
        (ExprKind::Unary(UnaryOp::Not, inner), _) => learn(flow, locals, inner, !outcome),
        (ExprKind::Sequence(_, inner), _) => learn(flow, locals, inner, outcome),
        (ExprKind::And(left, right), true) | (ExprKind::Or(left, right), false) => {
            learn(flow, locals, left, outcome);
            learn(flow, locals, right, outcome);
        }
        (ExprKind::Compare(op, left, right), _) => {
            let op = if outcome { *op } else { op.opposite() };
            let (a, b) = (range(left, flow, locals), range(right, flow, locals));
            narrow(flow, locals, left, op, b);
            narrow(flow, locals, right, op.mirrored(), a);
        }
        _ => {}
    }
}

/// What `number op other` says about the number.
fn narrow(flow: &mut Flow, locals: &[Local], number: &Expr, op: CompareOp, other: Range) {
    let Type::Int(int) = number.ty else { return };
    let (min, max) = match op {
        CompareOp::Lt => (int.min(), other.max - 1),
        CompareOp::Le => (int.min(), other.max),
        CompareOp::Gt => (other.min + 1, int.max()),
        CompareOp::Ge => (other.min, int.max()),
        CompareOp::Eq => (other.min, other.max),
        CompareOp::Ne if other.min == other.max => {
            let own = range(number, flow, locals);
            (own.min + i128::from(own.min == other.min), own.max - i128::from(own.max == other.max))
        }
        CompareOp::Ne => return,
    };
    let Some((id, own)) = counted(number, int, max, flow, locals) else { return };
    flow.narrow(id, own.meet(Range::between(min, max)));
}

/// The local whose value a number is, with its range.
fn counted(
    number: &Expr,
    int: IntType,
    max: i128,
    flow: &Flow,
    locals: &[Local],
) -> Option<(LocalId, Range)> {
    match &number.kind {
        ExprKind::Load(Place::Local(id)) => Some((*id, range(number, flow, locals))),
        ExprKind::Convert(inner) => {
            let Type::Int(from) = inner.ty else { return None };
            let same = range(inner, flow, locals).fits(&number.ty);
            // A negative number read without its sign is larger than any that
            // has one; below that it is what it was.
            let below = from.signed && !int.signed && from.bits <= int.bits && max <= from.max();
            (same || below).then(|| counted(inner, from, max, flow, locals))?
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::Span;

    const X: LocalId = LocalId(0);

    fn number(value: i128) -> Expr {
        Expr::int(value, Type::I64, Span::default())
    }

    fn x(ty: &Type) -> Expr {
        Expr::load(Place::Local(X), ty.clone(), Span::default())
    }

    fn narrowed(ty: &Type, op: CompareOp, bound: i128, outcome: bool) -> Range {
        let locals = [Local { name: "x".to_owned(), ty: ty.clone() }];
        let mut flow = Flow::start();
        let bound = Expr::int(bound, ty.clone(), Span::default());
        let test = Expr::compare(op, x(ty), bound, Span::default());
        learn(&mut flow, &locals, &test, outcome);
        range(&x(ty), &flow, &locals)
    }

    #[test]
    fn comparisons_narrow_both_ways() {
        let range = narrowed(&Type::U64, CompareOp::Lt, 8, true);
        assert_eq!((range.min, range.max), (0, 7));
        let range = narrowed(&Type::U64, CompareOp::Ge, 8, false);
        assert_eq!((range.min, range.max), (0, 7));
        let range = narrowed(&Type::I64, CompareOp::Lt, 8, true);
        assert_eq!((range.min, range.max), (IntType::I64.min(), 7));
        let range = narrowed(&Type::U64, CompareOp::Ne, 0, true);
        assert_eq!(range.min, 1);
    }

    #[test]
    fn a_signed_number_below_an_unsigned_bound_is_not_negative() {
        let locals = [Local { name: "x".to_owned(), ty: Type::I64 }];
        let mut flow = Flow::start();
        let bound = Expr::int(8, Type::U64, Span::default());
        let test = x(&Type::I64).convert(Type::U64);
        let test = Expr::compare(CompareOp::Lt, test, bound, Span::default());
        learn(&mut flow, &locals, &test, true);
        let found = range(&x(&Type::I64), &flow, &locals);
        assert_eq!((found.min, found.max), (0, 7));
        learn(&mut flow, &locals, &test, false);
    }

    #[test]
    fn arithmetic_that_may_wrap_says_nothing() {
        let flow = Flow::start();
        let locals = [Local { name: "x".to_owned(), ty: Type::I64 }];
        let of = |op, value| {
            let expr = Expr::binary(op, x(&Type::I64), number(value), Span::default());
            range(&expr, &flow, &locals)
        };
        assert_eq!(of(BinaryOp::Add, 1), Range::of_type(&Type::I64));
        assert!(of(BinaryOp::And, 7).is_within(0, 7));
        assert!(of(BinaryOp::Rem, 8).is_within(-7, 7));
        assert_eq!(of(BinaryOp::Rem, 8).min, -7);
    }
}
