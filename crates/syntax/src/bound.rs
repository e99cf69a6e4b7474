//! Which names Python binds: by statements that are refused, so that their
//! later uses are not reported as unknown, and at the top level of a file by
//! anything else than one plain assignment, so that nothing that changes at
//! run time is taken for a constant.

use ruff_python_ast as ast;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};

use crate::{Ident, convert::ident, parse::span};

/// The names that a statement binds in the function it stands in.
pub(crate) fn by_stmt(stmt: &ast::Stmt) -> Vec<Ident> {
    let mut names = Names::default();
    names.visit_stmt(stmt);
    names.found
}

/// The names that an expression binds, by `:=` or as a target.
pub(crate) fn by_expr(expr: &ast::Expr) -> Vec<Ident> {
    let mut names = Names::default();
    names.visit_expr(expr);
    names.found
}

/// The names that a pattern of `match` binds.
pub(crate) fn by_pattern(pattern: &ast::Pattern) -> Vec<Ident> {
    let mut names = Names::default();
    names.visit_pattern(pattern);
    names.found
}

/// The names of a file that are bound otherwise than by `NAME = value` at its
/// top level.
pub(crate) fn at_run_time(body: &[ast::Stmt]) -> Vec<Ident> {
    let mut names = Names::default();
    for stmt in body {
        match stmt {
            ast::Stmt::Assign(assign) => {
                let plain = |target: &&ast::Expr| !matches!(target, ast::Expr::Name(_));
                assign.targets.iter().filter(plain).for_each(|target| names.visit_expr(target));
                names.visit_expr(&assign.value);
            }
            ast::Stmt::AnnAssign(assign) => {
                assign.value.iter().for_each(|value| names.visit_expr(value));
            }
            ast::Stmt::FunctionDef(def) => names.globals(&def.body),
            ast::Stmt::ClassDef(_) => {}
            other => names.visit_stmt(other),
        }
    }
    names.found
}

#[derive(Default)]
struct Names {
    found: Vec<Ident>,
}

impl Names {
    /// Names that a function declares `global`: it may change them.
    fn globals(&mut self, body: &[ast::Stmt]) {
        for stmt in body {
            if let ast::Stmt::Global(stmt) = stmt {
                self.found.extend(stmt.names.iter().map(ident));
            }
            for block in crate::declare::blocks(stmt) {
                self.globals(block);
            }
        }
    }
}

impl<'a> Visitor<'a> for Names {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        match stmt {
            // Scopes of their own.
            ast::Stmt::FunctionDef(def) => self.found.push(ident(&def.name)),
            ast::Stmt::ClassDef(def) => self.found.push(ident(&def.name)),
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_alias(&mut self, alias: &'a ast::Alias) {
        self.found.push(ident(alias.asname.as_ref().unwrap_or(&alias.name)));
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(except) = handler;
        self.found.extend(except.name.iter().map(ident));
        ast::visitor::walk_except_handler(self, handler);
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        if let ast::Expr::Name(name) = expr
            && !matches!(name.ctx, ast::ExprContext::Load)
        {
            self.found.push(Ident { name: name.id.to_string(), span: span(name.range) });
        }
        walk_expr(self, expr);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            ast::Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            ast::Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        self.found.extend(name.map(ident));
        walk_pattern(self, pattern);
    }
}
