//! Tests and choices: truth, `and`, `or`, `yes if test else no`.

use diagnostics::Span;
use ir::{CompareOp, Expr, ExprKind, PtrType, Region, Type};
use syntax::{BoolOp, UnaryOp};

use super::Body;
use super::arithmetic::negate;
use super::flow::Facts;
use super::text::is_text;
use super::value::Value;
use crate::session::Result;

impl Body<'_, '_> {
    /// An expression as a test, with what it tells about pointers.
    pub(super) fn test(&mut self, expr: &syntax::Expr) -> Result<(Expr, Facts)> {
        match &expr.kind {
            syntax::ExprKind::Unary(UnaryOp::Not, operand) => {
                let (test, facts) = self.test(operand)?;
                Ok((negate(test, expr.span), facts.turned()))
            }
            syntax::ExprKind::Logic(op, operands) => self.all_or_any(*op, operands, expr.span),
            syntax::ExprKind::Compare(left, rest) => self.compare(left, rest, expr.span),
            _ => {
                let value = self.expr(expr)?;
                self.truth(value, expr)
            }
        }
    }

    /// Whether a value is true: found for pointers, not zero for numbers.
    pub(super) fn truth(&mut self, value: Value, expr: &syntax::Expr) -> Result<(Expr, Facts)> {
        let at = expr.span;
        if let Value::Scalar(pointer) = &value
            && matches!(pointer.ty, Type::Ptr(_))
        {
            let mut facts = Facts::none();
            if let Some(name) = named(expr)
                && let Some(Ok(id)) = self.local(name, at)
            {
                facts.when_true.push(id);
                facts.missing_when_false.push(id);
            }
            let test = ExprKind::IsFound(Box::new(pointer.clone()));
            return Ok((Expr::new(test, Type::Bool, at), facts));
        }
        if let Some(test) = self.text_truth(&value, at) {
            return Ok((test, Facts::none()));
        }
        let scalar = self.scalar(value, at)?;
        Ok((nonzero(scalar, at), Facts::none()))
    }

    fn all_or_any(
        &mut self,
        op: BoolOp,
        operands: &[syntax::Expr],
        at: Span,
    ) -> Result<(Expr, Facts)> {
        let mut before = self.flow.clone();
        let mut known = Vec::new();
        let mut missing = Vec::new();
        let mut assigned = Vec::new();
        // What is null when the last operand came out otherwise, and only
        // that one reserved.
        let mut spared = Vec::new();
        let mut whole: Option<Expr> = None;
        for operand in operands {
            let earlier = self.flow.clone();
            let (tested, steps) = self.apart(|body| body.test(operand));
            let (test, facts) = match tested {
                Ok(tested) => tested,
                Err(reported) => {
                    self.flow = before;
                    return Err(reported);
                }
            };
            if whole.is_none() {
                // The first operand is evaluated always, the others perhaps.
                before = self.flow.clone();
            }
            self.flow.after_test(&facts, op == BoolOp::And);
            assigned = self.flow.newly_assigned(&before);
            self.learn_test(&test, op == BoolOp::And);
            spared = match op {
                BoolOp::And => facts.missing_when_false.clone(),
                BoolOp::Or => facts.missing_when_true.clone(),
            };
            let (found, null) = match op {
                BoolOp::And => (facts.when_true, facts.missing_when_true),
                BoolOp::Or => (facts.when_false, facts.missing_when_false),
            };
            known.extend(found);
            missing.extend(null);
            spared.retain(|id| earlier.reservation(*id).is_none());
            whole = Some(match whole {
                None => {
                    self.out.extend(steps);
                    test
                }
                Some(whole) => {
                    let (whole, test) = (Box::new(whole), Box::new(after(steps, test)));
                    let kind = match op {
                        BoolOp::And => ExprKind::And(whole, test),
                        BoolOp::Or => ExprKind::Or(whole, test),
                    };
                    Expr::new(kind, Type::Bool, at)
                }
            });
        }
        // What the operands taught holds after the whole only one way.
        before.widen(&self.flow);
        self.flow = before;
        let all = Facts {
            when_true: known,
            missing_when_true: missing,
            missing_when_false: spared,
            assigned_when_true: assigned,
            ..Facts::none()
        };
        let facts = if op == BoolOp::And { all } else { all.turned() };
        Ok((whole.unwrap_or_else(|| Expr::int(0, Type::Bool, at)), facts))
    }

    /// `and` and `or` as values: the operand that decides.
    pub(super) fn logic(
        &mut self,
        op: BoolOp,
        operands: &[syntax::Expr],
        at: Span,
    ) -> Result<Value> {
        let [first, rest @ ..] = operands else { return Ok(Value::Nothing) };
        let mut value = self.expr(first)?;
        let mut left = first.clone();
        for operand in rest {
            value = self.either(op, value, &left, operand, at)?;
            left =
                syntax::Expr { kind: syntax::ExprKind::Ellipsis, span: left.span.to(operand.span) };
        }
        Ok(value)
    }

    fn either(
        &mut self,
        op: BoolOp,
        left: Value,
        left_expr: &syntax::Expr,
        right: &syntax::Expr,
        at: Span,
    ) -> Result<Value> {
        let (left, test) = match left {
            Value::Scalar(pointer) if matches!(pointer.ty, Type::Ptr(_)) => {
                let again = self.keep(pointer, "left");
                let found = ExprKind::IsFound(Box::new(again.clone()));
                let test = Expr::new(found, Type::Bool, left_expr.span);
                // Read only where it was found.
                (Value::Scalar(self.not_null(again)), test)
            }
            other => {
                let value = self.scalar(other, left_expr.span)?;
                let again = self.keep(value, "left");
                (Value::Scalar(again.clone()), nonzero(again, left_expr.span))
            }
        };
        let (pointer, left) = (left.clone(), self.scalar(left, left_expr.span)?);
        let mut before = self.flow.clone();
        if let (BoolOp::And, Some(name)) = (op, named(left_expr))
            && test_is_found(&test)
            && let Some(Ok(id)) = self.local(name, left_expr.span)
        {
            self.flow.learn(&[id]);
        }
        let (right_value, steps) = self.apart(|body| {
            let value = body.expr(right)?;
            if let Some((_, ty)) = pointers(&pointer, &value) {
                return Ok((value, Some(ty)));
            }
            body.scalar(value, right.span).map(|value| (Value::Scalar(value), None))
        });
        before.widen(&self.flow);
        self.flow = before;
        let (right_value, both) = right_value?;
        if let (Some(ty), Value::Scalar(right), Value::Scalar(left)) = (both, &right_value, pointer)
        {
            let right = after(steps, referred(right.clone(), &ty));
            let null = Expr::new(ExprKind::Null, ty.clone(), at);
            let (yes, no) = match op {
                BoolOp::And => (right, null),
                BoolOp::Or => (referred(left, &ty), right),
            };
            return Ok(Value::Scalar(select(test, yes, no, at)));
        }
        let right_value = self.scalar(right_value, right.span)?;
        let ty = self.common(&left, &right_value, at)?;
        let left = left.convert(ty.clone());
        let right_value = after(steps, right_value.convert(ty.clone()));
        let (yes, no) = match op {
            BoolOp::And => match op_false(&ty, at) {
                // `p and x` without a match is 0, as nothing was found.
                Some(zero) if test_is_found(&test) => (right_value, zero),
                _ => (right_value, left),
            },
            BoolOp::Or => (left, right_value),
        };
        Ok(Value::Scalar(select(test, yes, no, at)))
    }

    /// `yes if test else no`
    pub(super) fn conditional(
        &mut self,
        test: &syntax::Expr,
        yes: &syntax::Expr,
        no: &syntax::Expr,
        at: Span,
    ) -> Result<Value> {
        let (test, facts) = self.test(test)?;
        let before = self.flow.clone();
        let mut ends = Vec::new();
        let mut arm = |outcome: bool, expr: &syntax::Expr| {
            self.flow.after_test(&facts, outcome);
            self.learn_test(&test, outcome);
            let (value, steps) = self.apart(|body| {
                let value = body.expr(expr)?;
                if is_text(&value) || is_reference(&value) || matches!(value, Value::Nothing) {
                    return Ok(value);
                }
                body.scalar(value, expr.span).map(Value::Scalar)
            });
            ends.push(std::mem::replace(&mut self.flow, before.clone()));
            value.map(|value| (value, steps, expr.span))
        };
        let yes = arm(true, yes);
        let no = arm(false, no);
        ends.iter().for_each(|end| self.flow.widen(end));
        let (yes, no) = (yes?, no?);
        if is_text(&yes.0) && is_text(&no.0) {
            return self.text_choice(test, [yes, no], at);
        }
        let ((yes, yes_steps, yes_span), (no, no_steps, no_span)) = (yes, no);
        // Entries that are known to be there give their numbers, as names do.
        if let Some((given, ty)) = pointers(&yes, &no)
            && !is_number(&ty)
        {
            let [yes, no] = given.map(|pointer| referred(pointer, &ty));
            let (yes, no) = (after(yes_steps, yes), after(no_steps, no));
            return Ok(Value::Scalar(select(test, yes, no, at)));
        }
        let (yes, no) = (self.scalar(yes, yes_span)?, self.scalar(no, no_span)?);
        let ty = self.common(&yes, &no, at)?;
        let yes = after(yes_steps, yes.convert(ty.clone()));
        let no = after(no_steps, no.convert(ty.clone()));
        Ok(Value::Scalar(select(test, yes, no, at)))
    }

    /// The type that both of two values convert to.
    fn common(&mut self, a: &Expr, b: &Expr, at: Span) -> Result<Type> {
        match (&a.ty, &b.ty) {
            (a, b) if a == b => Ok(a.clone()),
            (Type::Int(a), Type::Int(b)) => Ok(Type::Int(a.common(*b))),
            (Type::Int(int), Type::Bool) | (Type::Bool, Type::Int(int)) => {
                Ok(Type::Int(int.promote()))
            }
            _ => {
                let wanted = format!("`{}`", self.s.type_name(&a.ty));
                Err(self.mismatch(at, &wanted, &Value::Scalar(b.clone())))
            }
        }
    }
}

/// One of two values of one type.
fn select(test: Expr, yes: Expr, no: Expr, at: Span) -> Expr {
    let ty = yes.ty.clone();
    Expr::new(ExprKind::Select(Box::new(test), Box::new(yes), Box::new(no)), ty, at)
}

/// Whether a value is a pointer to something that programs read and write.
fn is_reference(value: &Value) -> bool {
    matches!(value, Value::Scalar(Expr { ty: Type::Ptr(ptr), .. })
        if ptr.pointee.is_some() && ptr.region.is_part_of(Region::Any))
}

/// Whether a pointer reads as the number that it points to.
fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Ptr(PtrType { pointee: Some(pointee), nullable: false, .. })
        if !pointee.is_aggregate())
}

/// Two pointers to values of one type, or one and `None`, and the type that
/// both have in common.
fn pointers(one: &Value, other: &Value) -> Option<([Expr; 2], Type)> {
    let pointer = |value: &Value| match value {
        Value::Scalar(expr) if is_reference(value) => expr.ptr_type().cloned(),
        _ => None,
    };
    let common = match (pointer(one), pointer(other)) {
        (Some(a), Some(b)) if a.pointee == b.pointee => PtrType {
            region: if a.region == b.region { a.region } else { Region::Any },
            nullable: a.nullable || b.nullable,
            pointee: a.pointee,
        },
        (Some(known), None) | (None, Some(known))
            if matches!((one, other), (Value::Nothing, _) | (_, Value::Nothing)) =>
        {
            PtrType { nullable: true, ..known }
        }
        _ => return None,
    };
    let ty = Type::Ptr(common);
    let given = [one, other].map(|value| match value {
        Value::Scalar(expr) => expr.clone(),
        _ => Expr::new(ExprKind::Null, ty.clone(), Span::default()),
    });
    Some((given, ty))
}

/// A pointer as one of a type that says less of it.
fn referred(pointer: Expr, ty: &Type) -> Expr {
    match pointer.kind {
        ExprKind::Null => Expr { ty: ty.clone(), ..pointer },
        _ => pointer.convert(ty.clone()),
    }
}

/// The name whose value an expression is.
pub(super) fn named(expr: &syntax::Expr) -> Option<&str> {
    match &expr.kind {
        syntax::ExprKind::Name(name) => Some(name),
        syntax::ExprKind::Walrus(name, _) => Some(&name.name),
        _ => None,
    }
}

fn op_false(ty: &Type, at: Span) -> Option<Expr> {
    matches!(ty, Type::Int(_) | Type::Bool).then(|| Expr::int(0, ty.clone(), at))
}

fn test_is_found(test: &Expr) -> bool {
    matches!(test.kind, ExprKind::IsFound(_))
}

/// A value that needs steps before it.
pub(super) fn after(steps: Vec<ir::Stmt>, value: Expr) -> Expr {
    if steps.is_empty() {
        return value;
    }
    let (ty, at) = (value.ty.clone(), value.span);
    Expr::new(ExprKind::Sequence(steps, Box::new(value)), ty, at)
}

/// Whether a scalar is not zero.
pub(super) fn nonzero(value: Expr, at: Span) -> Expr {
    if value.ty == Type::Bool {
        return value;
    }
    let zero = Expr::int(0, value.ty.clone(), at);
    Expr::compare(CompareOp::Ne, value, zero, at)
}

/// Two tests that must both hold.
pub(super) fn both(a: Expr, b: Expr) -> Expr {
    match (a.as_const(), b.as_const()) {
        (Some(1), _) => b,
        (_, Some(1)) => a,
        _ => {
            let at = a.span.to(b.span);
            Expr::new(ExprKind::And(Box::new(a), Box::new(b)), Type::Bool, at)
        }
    }
}
