//! Statements.

use diagnostics::{Diagnostic, Span, codes};
use ir::{CompareOp, Expr, ExprKind, LocalId, StmtKind, Type};
use syntax::{Ident, StmtKind as Kind};

use super::flow::Facts;
use super::{Body, Named};
use crate::session::{Item, Reported, Result};

impl Body<'_, '_> {
    pub(super) fn block(&mut self, stmts: &[syntax::Stmt]) {
        let mut told = false;
        for stmt in stmts {
            if !self.flow.reachable && !told {
                told = true;
                let message = "this is never reached";
                self.s.report(Diagnostic::new(&codes::UNREACHABLE_CODE, stmt.span, message));
            }
            // A failed statement was reported; the next ones are checked too.
            if self.stmt(stmt).is_err() {
                self.s.incomplete = true;
                // It may have been what submits a record.
                self.flow.forget_reservations();
            }
        }
    }

    fn stmt(&mut self, stmt: &syntax::Stmt) -> Result<()> {
        let at = stmt.span;
        match &stmt.kind {
            Kind::Pass => Ok(()),
            Kind::Error => {
                // It may have been the check that later statements rely on.
                self.flow.learn(&(0..self.locals.len() as u32).map(LocalId).collect::<Vec<_>>());
                Err(Reported)
            }
            Kind::Expr(expr) => self.evaluate(expr),
            Kind::Assign(targets, value) => self.assign(targets, value, at),
            Kind::Declare(name, annotation, value) => {
                self.declare(name, annotation, value.as_ref(), at)
            }
            Kind::Augment(target, op, value) => self.augment(target, *op, value, at),
            Kind::If(test, then, orelse) => {
                self.if_stmt(test, then, orelse, at);
                Ok(())
            }
            Kind::For(target, iterable, body, orelse) => {
                self.for_stmt(target, iterable, body, orelse, at)
            }
            Kind::While(test, body, orelse) => self.while_stmt(test, body, orelse, at),
            Kind::Match(subject, cases) => self.match_stmt(subject, cases),
            Kind::With(context, target, body) => self.with_stmt(context, target.as_ref(), body, at),
            Kind::Assert(test, message) => self.assert_stmt(test, message.as_ref(), at),
            Kind::Break | Kind::Continue => self.leave_turn(&stmt.kind, at),
            Kind::Return(value) => self.return_stmt(value.as_ref(), at),
            Kind::Delete(targets) => targets.iter().try_for_each(|target| self.delete(target)),
            Kind::Global(names) => names.iter().try_for_each(|name| self.global(name)),
        }
    }

    /// Marks a name as assigned by a statement that failed.
    pub(super) fn poison(&mut self, name: &Ident) {
        self.names.entry(name.name.clone()).or_insert(Named { id: None, span: name.span });
    }

    fn evaluate(&mut self, expr: &syntax::Expr) -> Result<()> {
        self.unused = Some(expr.span);
        let value = self.expr(expr);
        self.unused = None;
        if let super::value::Value::Scalar(value) = value? {
            self.push(StmtKind::Eval(value), expr.span);
        }
        Ok(())
    }

    fn if_stmt(
        &mut self,
        test: &syntax::Expr,
        then: &[syntax::Stmt],
        orelse: &[syntax::Stmt],
        at: Span,
    ) {
        let tested = self.test(test);
        let failed = tested.is_err();
        let (test, facts) =
            tested.unwrap_or_else(|_| (Expr::int(1, Type::Bool, at), Facts::none()));
        let before = self.flow.clone();
        self.flow.after_test(&facts, true);
        self.learn_test(&test, true);
        let ((), then) = self.apart(|body| body.block(then));
        let after_then = std::mem::replace(&mut self.flow, before);
        self.flow.after_test(&facts, false);
        self.learn_test(&test, false);
        let ((), orelse) = self.apart(|body| body.block(orelse));
        self.flow = after_then.join(self.flow.clone());
        if !failed {
            self.push(StmtKind::If(test, then, orelse), at);
        }
    }

    fn return_stmt(&mut self, value: Option<&syntax::Expr>, at: Span) -> Result<()> {
        let returned = self.returned(value, at);
        if returned.is_err() {
            self.flow.reachable = false;
        }
        let mut value = returned?;
        if let Some(value) = value.as_mut().filter(|value| value.as_const().is_none())
            && !self.withs.is_empty()
        {
            *value = self.keep(value.clone(), "returned");
        }
        self.leave_withs(0, "submit", at);
        self.nothing_held(at, "when the function returns here");
        self.flow.reachable = false;
        self.push(StmtKind::Return(value), at);
        Ok(())
    }

    fn returned(&mut self, value: Option<&syntax::Expr>, at: Span) -> Result<Option<Expr>> {
        let ret = self.ret.clone();
        let value = value.filter(|value| {
            // `return None` is a bare `return`.
            !matches!(value.kind, syntax::ExprKind::None)
        });
        if let Some((place, ty)) = self.result_place(at) {
            return self.return_into(place, &ty, value, at).map(|()| None);
        }
        match (value, &ret) {
            (None, Type::Void) => Ok(None),
            (None, _) if self.is_program => Ok(Some(Expr::int(0, ret, at))),
            (None, _) => {
                let message = format!("this function returns `{}`", self.s.type_name(&ret));
                Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, at, message).fix(
                    "return a value",
                    at,
                    "return 0",
                )))
            }
            (Some(value), Type::Void) => {
                let message = "this function is declared to return nothing";
                Err(self.s.report(
                    Diagnostic::new(&codes::TYPE_MISMATCH, value.span, message)
                        .help("declare what it returns: `-> c_int64`"),
                ))
            }
            (Some(expr), _) => {
                let value = self.expr(expr)?;
                let value = self.convert(value, &ret, expr.span)?;
                self.check_returned(&value, expr.span)?;
                Ok(Some(self.within_range(value)))
            }
        }
    }

    fn check_returned(&mut self, value: &Expr, at: Span) -> Result<()> {
        let (Some(section), Some(constant)) = (&self.section, value.as_const()) else {
            return Ok(());
        };
        let (returns, prefix) = (section.def.returns, section.def.prefix);
        if i64::try_from(constant).is_ok_and(|constant| returns.allows(constant)) {
            return Ok(());
        }
        let message = format!("a `{prefix}` program cannot return {constant}");
        let mut diagnostic = Diagnostic::new(&codes::BAD_RETURN_VALUE, at, message);
        if let kernel::Returns::OneOf(group) = returns {
            let names: Vec<&str> = kernel::constants_in(group).map(|c| c.name).collect();
            diagnostic = diagnostic.help(format!("return one of {}", names.join(", ")));
        }
        if let kernel::Returns::Range { min, max } = returns {
            let range = if min == max { format!("{min}") } else { format!("{min} to {max}") };
            diagnostic = diagnostic.help(format!("the kernel takes {range}"));
        }
        Err(self.s.report(diagnostic))
    }

    /// A value that the hook may return: the verifier refuses a program that
    /// could return another, so what is outside the range becomes the hook's
    /// `no`: its least value, or `-EPERM`.
    fn within_range(&mut self, value: Expr) -> Expr {
        let range = self.section.as_ref().map(|section| section.def.returns);
        let (Some(kernel::Returns::Range { min, max }), Type::Int(_), None) =
            (range, &value.ty, value.as_const())
        else {
            return value;
        };
        let value = self.keep(value, "returned");
        let (ty, at) = (value.ty.clone(), value.span);
        let bound = |limit: i64| Box::new(Expr::int(i128::from(limit), ty.clone(), at));
        let test = |op, limit| {
            let kind = ExprKind::Compare(op, Box::new(value.clone()), bound(limit));
            Box::new(Expr::new(kind, Type::Bool, at))
        };
        let inside = ExprKind::And(test(CompareOp::Ge, min), test(CompareOp::Le, max));
        let inside = Box::new(Expr::new(inside, Type::Bool, at));
        // Of errors the plainest: not permitted.
        let no = if min < 0 { -1 } else { min };
        let kept = ExprKind::Select(inside, Box::new(value.clone()), bound(no));
        Expr::new(kept, ty.clone(), at)
    }

    fn delete(&mut self, target: &syntax::Expr) -> Result<()> {
        if let syntax::ExprKind::Index(base, key) = &target.kind
            && let Some(map) = self.map_named(base)?
        {
            let result = self.map_delete(map, key, target.span)?;
            self.push(StmtKind::Eval(result), target.span);
            return Ok(());
        }
        let message = "`del` removes entries of maps, nothing else";
        Err(self.s.report(
            Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, target.span, message)
                .help("write `del name_of_map[key]`"),
        ))
    }

    fn global(&mut self, name: &Ident) -> Result<()> {
        match self.s.item(&name.name) {
            Some((Item::Global(id), _)) => {
                let id = *id;
                self.not_configured(id, name.span)
            }
            Some((Item::Broken, _)) => Ok(()),
            _ => {
                let message = format!("`{}` is not a `@bpfglobal`", name.name);
                Err(self.s.report(
                    Diagnostic::new(&codes::UNKNOWN_NAME, name.span, message)
                        .help("define it at the top level with `@bpf` and `@bpfglobal`"),
                ))
            }
        }
    }
}
