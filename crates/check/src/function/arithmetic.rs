//! Operators on numbers, by C's rules.

use diagnostics::{Diagnostic, Span, codes};
use ir::{BinaryOp, Expr, ExprKind, IntType, Type};
use syntax::UnaryOp;

use super::Body;
use super::text::is_text;
use super::value::Value;
use crate::constants::Constant;
use crate::session::Result;

/// `**` is written out as multiplications up to here.
const MAX_POWER: i128 = 16;

/// Whether an expression is made of numbers that stand in it.
fn is_written(expr: &syntax::Expr) -> bool {
    match &expr.kind {
        syntax::ExprKind::Int(_) => true,
        syntax::ExprKind::Unary(op, inner) => *op != UnaryOp::Not && is_written(inner),
        syntax::ExprKind::Binary(_, left, right) => is_written(left) && is_written(right),
        _ => false,
    }
}

fn is_operation(expr: &syntax::Expr) -> bool {
    matches!(expr.kind, syntax::ExprKind::Binary(..))
}

impl Body<'_, '_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: &syntax::Expr, at: Span) -> Result<Value> {
        if op == UnaryOp::Not {
            let (test, _) = self.test(operand)?;
            return Ok(Value::Scalar(negate(test, at)));
        }
        let value = self.expr(operand)?;
        let expr = self.integer(value, operand.span)?;
        let Type::Int(int) = expr.ty else { return Ok(Value::Scalar(expr)) };
        let int = int.promote();
        if let Some(value) = expr.as_const() {
            let value = match op {
                UnaryOp::Neg => -value,
                UnaryOp::BitNot => !value,
                UnaryOp::Plus | UnaryOp::Not => value,
            };
            return match self.is_typed(operand) {
                true => Ok(Value::Scalar(Expr::int(int.wrap(value), Type::Int(int), at))),
                false => self.folded(value, int, at),
            };
        }
        let expr = match op {
            UnaryOp::Plus => expr,
            _ => self.plain_number(expr, at)?,
        };
        let expr = expr.convert(Type::Int(int));
        let op = match op {
            UnaryOp::Neg => ir::UnaryOp::Neg,
            UnaryOp::BitNot => ir::UnaryOp::BitNot,
            UnaryOp::Plus | UnaryOp::Not => return Ok(Value::Scalar(expr)),
        };
        Ok(Value::Scalar(Expr::new(ExprKind::Unary(op, Box::new(expr)), Type::Int(int), at)))
    }

    pub(super) fn binary(
        &mut self,
        op: syntax::BinaryOp,
        left: &syntax::Expr,
        right: &syntax::Expr,
        at: Span,
    ) -> Result<Value> {
        if (is_operation(left) || is_operation(right)) && is_written(left) && is_written(right) {
            let operands = (self.s.operand(left, 0)?, self.s.operand(right, 0)?);
            if let (Some(Constant::Int(left)), Some(Constant::Int(right))) = operands {
                let value = self.s.fold(op, left, right, at)?;
                return self.literal(value, at);
            }
        }
        let mut left_value = self.expr(left);
        let right_value = self.in_order(&mut left_value, |body| body.expr(right));
        let (left_value, right_value) = (left_value?, right_value?);
        if let (Value::Text(a), Value::Text(b), syntax::BinaryOp::Add) =
            (&left_value, &right_value, op)
        {
            return Ok(Value::Text([a.as_slice(), b].concat()));
        }
        if let Some(place) = self.cursor_arithmetic(op, &left_value, &right_value, at)? {
            return Ok(place);
        }
        if is_text(&left_value) || is_text(&right_value) {
            let message = format!("`{}` does not work on texts at run time", op.sign());
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                    .help("print them side by side, or send each as a field of its own"),
            ));
        }
        let constant =
            |value: &Value| matches!(value, Value::Scalar(expr) if expr.as_const().is_some());
        let typed = constant(&left_value)
            && constant(&right_value)
            && (self.is_typed(left) || self.is_typed(right));
        let left = self.integer(left_value, left.span)?;
        let right = self.integer(right_value, right.span)?;
        if typed && left.as_const().is_some() && right.as_const().is_some() {
            return self.fold_typed(op, &left, &right, at);
        }
        self.apply(op, left, right, at)
    }

    /// Whether `c_int32(...)` and the like make an operand's type: constants
    /// are computed as C does then, and as Python does otherwise.
    fn is_typed(&mut self, operand: &syntax::Expr) -> bool {
        match &operand.kind {
            syntax::ExprKind::Call(callee, args, _) => {
                self.scalar_type_named(callee).is_some()
                    || args.iter().any(|arg| self.is_typed(arg))
            }
            syntax::ExprKind::Unary(_, inner) => self.is_typed(inner),
            syntax::ExprKind::Binary(_, left, right) => self.is_typed(left) || self.is_typed(right),
            _ => false,
        }
    }

    /// Two typed constants: the result wraps at the width of the operation.
    fn fold_typed(
        &mut self,
        op: syntax::BinaryOp,
        left: &Expr,
        right: &Expr,
        at: Span,
    ) -> Result<Value> {
        let (Type::Int(a), Type::Int(b)) = (&left.ty, &right.ty) else {
            return Ok(Value::Scalar(left.clone()));
        };
        let (Some(x), Some(y)) = (left.as_const(), right.as_const()) else {
            return Ok(Value::Scalar(left.clone()));
        };
        let shift = matches!(op, syntax::BinaryOp::Shl | syntax::BinaryOp::Shr);
        let int = if shift { a.promote() } else { a.common(*b) };
        if shift && !(0..i128::from(int.bits)).contains(&y) {
            let message = format!("a shift must be between 0 and {} here", int.bits - 1);
            return Err(self.s.report(Diagnostic::new(&codes::OUT_OF_RANGE, right.span, message)));
        }
        let (x, y) = if shift { (x, y) } else { (int.wrap(x), int.wrap(y)) };
        let value = self.s.fold_wide(op, x, y, at)?;
        Ok(Value::Scalar(Expr::int(int.wrap(value), Type::Int(int), at)))
    }

    /// Two integers under an operator.
    pub(super) fn apply(
        &mut self,
        op: syntax::BinaryOp,
        left: Expr,
        right: Expr,
        at: Span,
    ) -> Result<Value> {
        let (Type::Int(a), Type::Int(b)) = (&left.ty, &right.ty) else {
            return Ok(Value::Scalar(left));
        };
        let shift = matches!(op, syntax::BinaryOp::Shl | syntax::BinaryOp::Shr);
        // A shift has the type of what is shifted.
        let int = if shift { a.promote() } else { a.common(*b) };
        if let (Some(a), Some(b)) = (left.as_const(), right.as_const()) {
            let (a, b) = if shift { (a, b) } else { (int.wrap(a), int.wrap(b)) };
            let value = self.s.fold(op, a, b, at)?;
            return self.folded(value, int, at);
        }
        if shift
            && right.as_const().is_some_and(|count| !(0..i128::from(int.bits)).contains(&count))
        {
            let message = format!("a shift must be between 0 and {} here", int.bits - 1);
            return Err(self.s.report(Diagnostic::new(&codes::OUT_OF_RANGE, right.span, message)));
        }
        let divides = matches!(op, syntax::BinaryOp::Div | syntax::BinaryOp::Rem);
        if divides && right.as_const() == Some(0) {
            return Err(self.s.division_by_zero(at));
        }
        let ty = Type::Int(int);
        let (left, right) = self.plain_numbers(op, left, right, at)?;
        let (left, right) = (left.convert(ty.clone()), right.convert(ty));
        let op = match op {
            syntax::BinaryOp::Add => BinaryOp::Add,
            syntax::BinaryOp::Sub => BinaryOp::Sub,
            syntax::BinaryOp::Mul => BinaryOp::Mul,
            syntax::BinaryOp::Div => BinaryOp::Div,
            syntax::BinaryOp::Rem => BinaryOp::Rem,
            syntax::BinaryOp::And => BinaryOp::And,
            syntax::BinaryOp::Or => BinaryOp::Or,
            syntax::BinaryOp::Xor => BinaryOp::Xor,
            syntax::BinaryOp::Shl => BinaryOp::Shl,
            syntax::BinaryOp::Shr => BinaryOp::Shr,
            syntax::BinaryOp::Pow => return self.power(left, &right, at),
        };
        Ok(Value::Scalar(Expr::binary(op, left, right, at)))
    }

    /// A constant result: of the common type where it fits, wider where only
    /// literals are at work and Python would not wrap.
    fn folded(&mut self, value: i128, int: IntType, at: Span) -> Result<Value> {
        if int.holds(value) {
            return Ok(Value::Scalar(Expr::int(value, Type::Int(int), at)));
        }
        // The least number of 64 bits is minus a literal that has no sign.
        if int.signed || IntType::I64.holds(value) {
            return self.literal(value, at);
        }
        Ok(Value::Scalar(Expr::int(int.wrap(value), Type::Int(int), at)))
    }

    fn power(&mut self, base: Expr, exponent: &Expr, at: Span) -> Result<Value> {
        let Some(times) = exponent.as_const().filter(|n| (0..=MAX_POWER).contains(n)) else {
            let message = format!("the exponent of `**` must be a constant from 0 to {MAX_POWER}");
            return Err(self.s.report(
                Diagnostic::new(&codes::CONSTANT_REQUIRED, exponent.span, message)
                    .help("for powers of two write a shift: `1 << n`"),
            ));
        };
        let ty = base.ty.clone();
        let base = self.keep(base, "base");
        if times == 0 {
            return Ok(Value::Scalar(Expr::int(1, ty, at)));
        }
        let product = (1..times)
            .fold(base.clone(), |all, _| Expr::binary(BinaryOp::Mul, all, base.clone(), at));
        Ok(Value::Scalar(product))
    }
}

/// The opposite of a test.
pub(super) fn negate(test: Expr, at: Span) -> Expr {
    Expr::new(ExprKind::Unary(ir::UnaryOp::Not, Box::new(test)), Type::Bool, at)
}
