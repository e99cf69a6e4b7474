//! Comparisons: chains, `is None` and membership.

use diagnostics::{Diagnostic, Span, codes};
use ir::{BinaryOp, CompareOp, Expr, ExprKind, IntType, Type};
use syntax::CompareOp as Op;

use super::Body;
use super::arithmetic::negate;
use super::flow::Facts;
use super::logic::{after, both};
use super::text::is_text;
use super::value::Value;
use crate::names::Builtin;
use crate::session::Result;

impl Body<'_, '_> {
    /// A comparison as a test, with what it tells about pointers.
    pub(super) fn compare(
        &mut self,
        left: &syntax::Expr,
        rest: &[(Op, syntax::Expr)],
        at: Span,
    ) -> Result<(Expr, Facts)> {
        if let [(op, right)] = rest {
            return self.pair(left, *op, right, at);
        }
        // Operands in the middle are evaluated once, and later ones only if
        // what stands before them holds.
        let mut value = self.expr(left)?;
        let mut value_span = left.span;
        let mut whole: Option<Expr> = None;
        let mut before = self.flow.clone();
        for (index, (op, right)) in rest.iter().enumerate() {
            // A variable that nothing changes meanwhile needs no copy.
            let plain = rest.iter().skip(index).all(|(_, right)| is_plain(right));
            let (test, steps) = self.apart(|body| {
                let mut first = Ok(value.clone());
                let next = body.in_order(&mut first, |body| {
                    let next = body.expr(right)?;
                    if is_text(&next) {
                        return Ok(next);
                    }
                    let next = body.integer(next, right.span)?;
                    Ok(Value::Scalar(if plain { next } else { body.keep(next, "operand") }))
                })?;
                let test = body.ordered(first?, value_span, *op, next.clone(), right.span, at)?;
                Ok((test, next))
            });
            let (test, next) = test?;
            whole = Some(match whole {
                None => {
                    self.out.extend(steps);
                    before = self.flow.clone();
                    test
                }
                Some(whole) => {
                    let (whole, test) = (Box::new(whole), Box::new(after(steps, test)));
                    Expr::new(ExprKind::And(whole, test), Type::Bool, at)
                }
            });
            (value, value_span) = (next, right.span);
        }
        let assigned_when_true = self.flow.newly_assigned(&before);
        self.flow = before;
        let whole = whole.unwrap_or_else(|| Expr::int(1, Type::Bool, at));
        Ok((whole, Facts { assigned_when_true, ..Facts::none() }))
    }

    fn pair(
        &mut self,
        left: &syntax::Expr,
        op: Op,
        right: &syntax::Expr,
        at: Span,
    ) -> Result<(Expr, Facts)> {
        if matches!(op, Op::In | Op::NotIn) {
            let test = self.membership(left, right, at)?;
            let test = if op == Op::NotIn { negate(test, at) } else { test };
            return Ok((test, Facts::none()));
        }
        if matches!(right.kind, syntax::ExprKind::None) {
            return self.against_none(left, op, at);
        }
        let mut left_value = self.expr(left);
        let right_value = self.in_order(&mut left_value, |body| body.expr(right));
        let test = self.ordered(left_value?, left.span, op, right_value?, right.span, at)?;
        Ok((test, Facts::none()))
    }

    fn against_none(&mut self, left: &syntax::Expr, op: Op, at: Span) -> Result<(Expr, Facts)> {
        let positive = match op {
            Op::Is | Op::Eq => false,
            Op::IsNot | Op::Ne => true,
            _ => {
                let message = "`None` has no order";
                return Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, at, message)));
            }
        };
        let value = self.expr(left)?;
        let is_pointer = matches!(&value, Value::Scalar(expr) if matches!(expr.ty, Type::Ptr(_)));
        if !is_pointer {
            let message = format!("{} is never `None`", self.describe(&value));
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                    .help("only the result of a lookup can be missing"),
            ));
        }
        let (found, facts) = self.truth(value, left)?;
        Ok(if positive { (found, facts) } else { (negate(found, at), facts.turned()) })
    }

    pub(super) fn ordered(
        &mut self,
        left: Value,
        left_span: Span,
        op: Op,
        right: Value,
        right_span: Span,
        at: Span,
    ) -> Result<Expr> {
        let op = match op {
            Op::Eq => CompareOp::Eq,
            Op::Ne => CompareOp::Ne,
            Op::Lt => CompareOp::Lt,
            Op::Le => CompareOp::Le,
            Op::Gt => CompareOp::Gt,
            Op::Ge => CompareOp::Ge,
            Op::Is | Op::IsNot | Op::In | Op::NotIn => {
                let message = "`is` compares with `None` alone";
                return Err(self.s.report(
                    Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message)
                        .help("write `==` or `!=`"),
                ));
            }
        };
        if is_text(&left) || is_text(&right) {
            return self.compare_texts((left, left_span), op, (right, right_span), at);
        }
        if let Some(equal) = self.equal_parts(&left, &right, at)? {
            return match op {
                CompareOp::Eq => Ok(equal),
                CompareOp::Ne => Ok(negate(equal, at)),
                _ => {
                    let message = "structs and arrays have no order: compare a field";
                    Err(self.s.report(Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message)))
                }
            };
        }
        if let Some(test) = self.compare_cursors(op, &left, &right, at)? {
            return Ok(test);
        }
        let (left, right) = (self.read(left)?, self.read(right)?);
        let network = self.compare_network((&left, left_span), op, (&right, right_span), at)?;
        if let Some(test) = network {
            return Ok(test);
        }
        let left = self.integer(left, left_span)?;
        let right = self.integer(right, right_span)?;
        let (Type::Int(a), Type::Int(b)) = (&left.ty, &right.ty) else {
            return Ok(Expr::int(0, Type::Bool, at));
        };
        let common = Type::Int(a.common(*b));
        self.warn_constant(op, &left, &right, a.common(*b), at);
        Ok(Expr::compare(op, left.convert(common.clone()), right.convert(common), at))
    }

    /// Warns of a comparison with a constant that the types decide already.
    fn warn_constant(
        &mut self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
        common: IntType,
        at: Span,
    ) {
        let (number, constant, op) = match (left.as_const(), right.as_const()) {
            (None, Some(constant)) => (left, constant, op),
            (Some(constant), None) => (right, constant, op.mirrored()),
            _ => return,
        };
        let Type::Int(int) = number.ty else { return };
        let name = self.s.type_name(&number.ty);
        let message = if !common.holds(constant) {
            let taken = common.wrap(constant);
            format!("{constant} is taken as {taken} here, as the other side is a `{name}`")
        } else {
            let (first, last) = (int.min(), int.max());
            let outcome = match op {
                CompareOp::Lt if last < constant => true,
                CompareOp::Lt if first >= constant => false,
                CompareOp::Le if last <= constant => true,
                CompareOp::Le if first > constant => false,
                CompareOp::Gt if first > constant => true,
                CompareOp::Gt if last <= constant => false,
                CompareOp::Ge if first >= constant => true,
                CompareOp::Ge if last < constant => false,
                CompareOp::Eq if !int.holds(constant) => false,
                CompareOp::Ne if !int.holds(constant) => true,
                _ => return,
            };
            let word = if outcome { "always" } else { "never" };
            format!("this {word} holds: a `{name}` is between {first} and {last}")
        };
        let mut diagnostic = Diagnostic::new(&codes::CONSTANT_COMPARISON, at, message);
        if !int.signed && constant <= 0 {
            diagnostic =
                diagnostic.help("where it can be negative, declare it signed: `c_int64(...)`");
        }
        self.s.report(diagnostic);
    }

    /// `value in range(...)`
    fn in_range(&mut self, value: &syntax::Expr, numbers: &[Expr], at: Span) -> Result<Expr> {
        let number = |value| Expr::int(value, Type::I64, at);
        let (start, stop, step) = match numbers {
            [stop] => (number(0), stop.clone(), 1),
            [start, stop] => (start.clone(), stop.clone(), 1),
            [start, stop, step] => match step.as_const() {
                Some(step) if step != 0 => (start.clone(), stop.clone(), step),
                _ => {
                    let message = "the step of a range must be a constant here, and not 0";
                    let diagnostic = Diagnostic::new(&codes::CONSTANT_REQUIRED, step.span, message);
                    return Err(self.s.report(diagnostic));
                }
            },
            _ => {
                let message = "`range` takes one to three numbers";
                return Err(self.s.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)));
            }
        };
        let needle = self.expr(value)?;
        let needle = self.integer(needle, value.span)?.convert(Type::I64);
        let needle = self.keep(needle, "needle");
        let (from, before) =
            if step > 0 { (CompareOp::Ge, CompareOp::Lt) } else { (CompareOp::Le, CompareOp::Gt) };
        let inside = both(
            Expr::compare(from, needle.clone(), start.clone(), at),
            Expr::compare(before, needle.clone(), stop, at),
        );
        if step.abs() == 1 {
            return Ok(inside);
        }
        let far = Expr::binary(BinaryOp::Sub, needle, start, at);
        let rest = Expr::binary(BinaryOp::Rem, far, number(step.abs()), at);
        Ok(both(inside, Expr::compare(CompareOp::Eq, rest, number(0), at)))
    }

    /// `value in container`
    fn membership(
        &mut self,
        value: &syntax::Expr,
        container: &syntax::Expr,
        at: Span,
    ) -> Result<Expr> {
        if let Some(map) = self.map_named(container)? {
            return self.in_map(map, value, at);
        }
        if let syntax::ExprKind::Call(callee, args, keywords) = &container.kind
            && self.loop_builtin(callee)? == Some(Builtin::Range)
        {
            self.no_keywords(keywords)?;
            let numbers = self.range_numbers(args)?;
            return self.in_range(value, &numbers, at);
        }
        let needle = self.expr(value)?;
        let kept =
            is_text(&needle) || matches!(&needle, Value::Scalar(Expr { ty: Type::Network(_), .. }));
        let needle = if kept {
            needle
        } else {
            let needle = self.integer(needle, value.span)?;
            Value::Scalar(self.keep(needle, "needle"))
        };
        let mut whole = Expr::int(0, Type::Bool, at);
        for (candidate, span) in self.candidates(container)? {
            let test = self.ordered(needle.clone(), value.span, Op::Eq, candidate, span, span)?;
            whole = match whole.as_const() {
                Some(_) => test,
                None => Expr::new(ExprKind::Or(Box::new(whole), Box::new(test)), Type::Bool, at),
            };
        }
        Ok(whole)
    }

    /// What `in` compares with: the elements of a tuple or of an array.
    fn candidates(&mut self, container: &syntax::Expr) -> Result<Vec<(Value, Span)>> {
        let named = match &container.kind {
            syntax::ExprKind::Name(name) => self.constant_tuple(name),
            syntax::ExprKind::Tuple(elements) => Some(elements.clone()),
            _ => None,
        };
        if let Some(elements) = named {
            // The whole tuple is computed before anything is compared.
            let plain = elements.iter().all(is_plain);
            let values = elements.iter().map(|element| {
                let value = self.expr(element)?;
                let held = match value {
                    Value::Scalar(_) if !plain => self.hold(value, element.span)?,
                    value => value,
                };
                Ok((held, element.span))
            });
            return values.collect();
        }
        self.no_substring(container)?;
        let looks_through = match &container.kind {
            syntax::ExprKind::Call(..) => None,
            _ => {
                let value = self.expr(container)?;
                self.numbers_of(&value, container.span)?
            }
        };
        let Some(numbers) = looks_through else {
            let message = "`in` looks into maps, tuples and arrays of numbers";
            return Err(self.s.report(
                Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, container.span, message)
                    .help("write `a <= x < b` for a range"),
            ));
        };
        Ok(numbers.into_iter().map(|number| (Value::Scalar(number), container.span)).collect())
    }
}

/// Whether an operand is a literal or a variable.
pub(super) fn is_plain(expr: &syntax::Expr) -> bool {
    match &expr.kind {
        syntax::ExprKind::Int(_) | syntax::ExprKind::Name(_) => true,
        syntax::ExprKind::Unary(_, operand) => is_plain(operand),
        _ => false,
    }
}
