//! Names that a function assigns and never reads.

use std::collections::HashSet;

use diagnostics::{Diagnostic, codes};
use syntax::{Expr, ExprKind, Ident, Stmt, StmtKind};

use crate::session::Session;

/// Warns of each name that is only ever assigned. A name that begins with `_`
/// says that this is meant; targets of loops and of tuples may be unused.
pub(super) fn warn(session: &mut Session<'_>, tree: &syntax::Function) {
    let mut names = Names::default();
    names.block(&tree.body);
    let mut told = HashSet::new();
    for name in &names.assigned {
        let unused = !names.read.contains(name.name.as_str()) && !name.name.starts_with('_');
        if unused && told.insert(&name.name) {
            let message = format!("`{}` is assigned and never used", name.name);
            session.report(
                Diagnostic::new(&codes::UNUSED_LOCAL, name.span, message)
                    .help(format!("remove it, or call it `_{}`", name.name)),
            );
        }
    }
}

#[derive(Default)]
struct Names<'a> {
    assigned: Vec<Ident>,
    read: HashSet<&'a str>,
}

impl<'a> Names<'a> {
    fn block(&mut self, stmts: &'a [Stmt]) {
        stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Assign(targets, value) => {
                targets.iter().for_each(|target| self.target(target));
                self.expr(value);
            }
            StmtKind::Declare(name, _, value) => {
                self.assigned.push(name.clone());
                value.iter().for_each(|value| self.expr(value));
            }
            StmtKind::Augment(target, _, value) => {
                self.expr(target);
                self.expr(value);
            }
            StmtKind::If(test, then, orelse) | StmtKind::While(test, then, orelse) => {
                self.expr(test);
                self.block(then);
                self.block(orelse);
            }
            StmtKind::For(_, iterable, body, orelse) => {
                self.expr(iterable);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::Match(subject, cases) => {
                self.expr(subject);
                for case in cases {
                    case.guard.iter().for_each(|guard| self.expr(guard));
                    self.block(&case.body);
                }
            }
            StmtKind::With(context, _, body) => {
                self.expr(context);
                self.block(body);
            }
            StmtKind::Assert(test, message) => {
                self.expr(test);
                message.iter().for_each(|message| self.expr(message));
            }
            StmtKind::Return(Some(value)) | StmtKind::Expr(value) => self.expr(value),
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.expr(target)),
            // What they name is seen from outside.
            StmtKind::Global(names) => {
                self.read.extend(names.iter().map(|name| name.name.as_str()));
            }
            StmtKind::Return(None)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Error => {}
        }
    }

    /// A target is read too where it is a part of something.
    fn target(&mut self, target: &'a Expr) {
        match &target.kind {
            ExprKind::Name(name) => {
                self.assigned.push(Ident { name: name.clone(), span: target.span });
            }
            ExprKind::Tuple(parts) => {
                let whole = |part: &&Expr| !matches!(part.kind, ExprKind::Name(_));
                parts.iter().filter(whole).for_each(|part| self.target(part));
            }
            _ => self.expr(target),
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        expr.each(&mut |part| {
            if let ExprKind::Name(name) = &part.kind {
                self.read.insert(name);
            }
        });
    }
}
