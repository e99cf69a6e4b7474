//! `match`: one case after another, as `if` and `elif`.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, ExprKind, StmtKind, Type};
use syntax::{Case, CompareOp, Pattern, PatternKind};

use super::Body;
use super::flow::{Facts, Flow};
use super::logic::{after, both};
use super::value::Value;
use crate::session::{Reported, Result};

/// What is matched: one value, or those of a tuple.
#[derive(Clone)]
enum Subject {
    One(Value, Span),
    Tuple(Vec<Subject>),
}

impl Body<'_, '_> {
    pub(super) fn match_stmt(&mut self, subject: &syntax::Expr, cases: &[Case]) -> Result<()> {
        let held = self.subject(subject);
        let named = self.optional_named(subject);
        let failed = held.is_err();
        let mut held = held.unwrap_or_else(|_| Subject::Tuple(Vec::new()));
        let mut arms = Vec::new();
        let mut ends: Vec<Flow> = Vec::new();
        for case in cases {
            if !self.flow.reachable {
                let message = "no value comes here: a case before takes them all";
                self.s.report(Diagnostic::new(&codes::UNREACHABLE_CODE, case.span, message));
                self.flow.reachable = true;
            }
            let before = self.flow.clone();
            let (tested, steps) = self.apart(|body| body.case_test(&held, case, failed));
            if is_none(&case.pattern) && tested.is_ok() {
                self.flow.after_test(&none_or_found(named), true);
            }
            let whole = case.guard.is_none() && takes_all(&case.pattern);
            let ((), body) = self.apart(|this| this.block(&case.body));
            ends.push(std::mem::replace(&mut self.flow, before));
            self.flow.reachable &= !whole;
            if let (Ok(_), true) = (&tested, rules_out_none(case)) {
                held = self.found(held);
                self.flow.after_test(&none_or_found(named), false);
            }
            arms.push(tested.map(|test| (after(steps, test), body, case.span)));
        }
        self.flow = ends.into_iter().fold(self.flow.clone(), Flow::join);
        if failed {
            return Err(Reported);
        }
        let mut rest = Vec::new();
        for arm in arms.into_iter().rev() {
            let (test, body, span) = arm?;
            rest = match test.as_const() {
                Some(1) => body,
                _ => vec![ir::Stmt::new(StmtKind::If(test, body, rest), span)],
            };
        }
        self.out.extend(rest);
        Ok(())
    }

    /// The local that is matched, if it is a pointer.
    fn optional_named(&mut self, subject: &syntax::Expr) -> Option<ir::LocalId> {
        let id = self.local(super::logic::named(subject)?, subject.span)?.ok()?;
        matches!(self.local_type(id), Type::Ptr(_)).then_some(id)
    }

    /// The value, computed once.
    fn subject(&mut self, expr: &syntax::Expr) -> Result<Subject> {
        if let syntax::ExprKind::Tuple(parts) = &expr.kind {
            let parts: Vec<_> = parts.iter().map(|part| self.subject(part)).collect();
            return Ok(Subject::Tuple(parts.into_iter().collect::<Result<_>>()?));
        }
        let value = match self.expr(expr)? {
            Value::Scalar(scalar) if scalar.ty == Type::Void => {
                let scalar = self.scalar(Value::Scalar(scalar), expr.span)?;
                Value::Scalar(scalar)
            }
            Value::Scalar(scalar) if scalar.as_const().is_none() => {
                Value::Scalar(self.keep(scalar, "subject"))
            }
            other => other,
        };
        Ok(Subject::One(value, expr.span))
    }

    /// Whether a case is taken, its names being assigned on the way.
    fn case_test(&mut self, subject: &Subject, case: &Case, failed: bool) -> Result<Expr> {
        if failed {
            let mut names = std::collections::HashSet::new();
            super::flow::pattern_names(&case.pattern, &mut names);
            for name in names {
                self.poison(&syntax::Ident { name, span: case.pattern.span });
            }
            return Err(Reported);
        }
        let test = self.pattern(subject, &case.pattern)?;
        let Some(guard) = &case.guard else { return Ok(test) };
        let ((guard, facts), steps) = {
            let (guard, steps) = self.apart(|body| body.test(guard));
            (guard?, steps)
        };
        self.flow.after_test(&facts, true);
        Ok(both(test, after(steps, guard)))
    }

    fn pattern(&mut self, subject: &Subject, pattern: &Pattern) -> Result<Expr> {
        let at = pattern.span;
        let yes = Expr::int(1, Type::Bool, at);
        match (&pattern.kind, subject) {
            (PatternKind::Error, _) => Err(Reported),
            (PatternKind::Wildcard, _) => Ok(yes),
            (PatternKind::Or(choices), _) => self.any_pattern(subject, choices, at),
            (PatternKind::Tuple(parts), Subject::Tuple(values)) if parts.len() == values.len() => {
                let mut whole = yes;
                for (part, value) in parts.iter().zip(values) {
                    let (test, steps) = self.apart(|body| body.pattern(value, part));
                    whole = both(whole, after(steps, test?));
                }
                Ok(whole)
            }
            (PatternKind::Capture(inner, name), Subject::One(value, span)) => {
                let test = match inner {
                    Some(inner) => self.pattern(subject, inner)?,
                    None => yes,
                };
                let (bound, steps) =
                    self.apart(|body| body.assign_value(name, value.clone(), *span));
                bound?;
                Ok(both(test, after(steps, Expr::int(1, Type::Bool, at))))
            }
            (PatternKind::Value(value), Subject::One(subject, span)) => {
                self.is_pattern(subject, *span, value)
            }
            (PatternKind::Tuple(parts), Subject::Tuple(values)) => {
                let message = format!("{} values are matched with {}", values.len(), parts.len());
                Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, at, message)))
            }
            _ => {
                let message = "a tuple matches a tuple, and one value matches one";
                Err(self.s.report(
                    Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                        .help("write `match a, b:` with `case 1, 2:`"),
                ))
            }
        }
    }

    fn any_pattern(&mut self, subject: &Subject, choices: &[Pattern], at: Span) -> Result<Expr> {
        let before = self.flow.clone();
        let mut whole: Option<Expr> = None;
        for choice in choices {
            let (test, steps) = self.apart(|body| body.pattern(subject, choice));
            let test = after(steps, test?);
            if self.flow.newly_assigned(&before).iter().any(|id| self.is_named(*id)) {
                let message = "a name inside `|` would not always have a value";
                return Err(self.s.report(
                    Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, choice.span, message)
                        .help("name the whole: `case (1 | 2) as kind:`"),
                ));
            }
            whole = Some(match whole {
                None => test,
                Some(whole) if whole.as_const() == Some(1) => whole,
                Some(whole) => {
                    let kind = ExprKind::Or(Box::new(whole), Box::new(test));
                    Expr::new(kind, Type::Bool, at)
                }
            });
        }
        whole.ok_or(Reported)
    }

    fn is_named(&self, id: ir::LocalId) -> bool {
        self.names.values().any(|named| named.id == Some(id))
    }

    /// Whether the subject is a pattern's value.
    fn is_pattern(&mut self, subject: &Value, span: Span, value: &syntax::Expr) -> Result<Expr> {
        if matches!(value.kind, syntax::ExprKind::None) {
            if let Value::Scalar(pointer) = subject
                && matches!(pointer.ty, Type::Ptr(_))
            {
                let found = ExprKind::IsFound(Box::new(pointer.clone()));
                let found = Expr::new(found, Type::Bool, value.span);
                return Ok(super::arithmetic::negate(found, value.span));
            }
            let message = format!("{} is never `None`", self.describe(subject));
            return Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, value.span, message)));
        }
        let wanted = self.expr(value)?;
        self.ordered(subject.clone(), span, CompareOp::Eq, wanted, value.span, value.span)
    }

    /// The subject once `None` is ruled out.
    fn found(&self, subject: Subject) -> Subject {
        match subject {
            Subject::One(Value::Scalar(pointer), span) => {
                Subject::One(Value::Scalar(self.not_null(pointer)), span)
            }
            other => other,
        }
    }
}

/// Whether a pattern matches whatever comes.
fn takes_all(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Wildcard => true,
        PatternKind::Capture(inner, _) => inner.as_ref().is_none_or(|inner| takes_all(inner)),
        PatternKind::Or(parts) => parts.iter().any(takes_all),
        PatternKind::Tuple(parts) => parts.iter().all(takes_all),
        PatternKind::Value(_) | PatternKind::Error => false,
    }
}

/// What `case None:` tells of a local when it is taken and when it is not.
fn none_or_found(named: Option<ir::LocalId>) -> Facts {
    let ids: Vec<_> = named.into_iter().collect();
    Facts { when_false: ids.clone(), missing_when_true: ids, ..Facts::none() }
}

/// Whether a pattern is `None`.
fn is_none(pattern: &Pattern) -> bool {
    matches!(&pattern.kind, PatternKind::Value(value)
        if matches!(value.kind, syntax::ExprKind::None))
}

/// Whether what comes after a case is not `None`.
fn rules_out_none(case: &Case) -> bool {
    case.guard.is_none()
        && match &case.pattern.kind {
            PatternKind::Or(choices) => choices.iter().any(is_none),
            _ => is_none(&case.pattern),
        }
}
