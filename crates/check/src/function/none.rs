//! Names that start as `None` and are given what a lookup finds later.

use diagnostics::{Diagnostic, Span, codes};
use ir::{PtrType, Region, Type};
use syntax::{Expr, ExprKind, Stmt, StmtKind};

use super::Body;
use super::logic::named;
use crate::session::{Reported, Result};

impl Body<'_, '_> {
    /// The type of a new name that is set to `None`: that of the lookups that
    /// the function gives it elsewhere.
    pub(super) fn optional_type(&mut self, name: &str, at: Span) -> Result<Type> {
        let mut lookups = Vec::new();
        each_value(&self.tree.body, name, &mut |value| lookups.extend(looked_up(value)));
        let mut found: Option<PtrType> = None;
        for base in lookups {
            let Some(map) = self.map_named(base)? else { continue };
            let pointee = Some(Box::new(self.value_type(map)?));
            let region = Region::MapValue(map);
            found = match found {
                None => Some(PtrType { pointee, region, nullable: true }),
                Some(known) if known.pointee == pointee && known.region != region => {
                    Some(PtrType { region: Region::Any, ..known })
                }
                known => known,
            };
        }
        found.map(Type::Ptr).ok_or_else(|| self.only_none(name, at))
    }

    fn only_none(&mut self, name: &str, at: Span) -> Reported {
        let message = format!("nothing tells what `{name}` is when it is not `None`");
        self.s.report(
            Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                .note("a name keeps one type, and `None` is a lookup that found nothing")
                .help(format!("for a number, write `{name} = 0`")),
        )
    }
}

/// The map of `m.lookup(...)`, also of one that is an arm of a choice.
fn looked_up(value: &Expr) -> Vec<&Expr> {
    match &value.kind {
        ExprKind::Call(callee, ..) => match &callee.kind {
            ExprKind::Attribute(base, method) if method.name == "lookup" => vec![base],
            _ => Vec::new(),
        },
        ExprKind::Logic(_, operands) => operands.iter().flat_map(looked_up).collect(),
        ExprKind::Conditional(_, yes, no) => {
            looked_up(yes).into_iter().chain(looked_up(no)).collect()
        }
        _ => Vec::new(),
    }
}

/// Shows every value that statements give a name by `=`.
fn each_value<'t>(stmts: &'t [Stmt], name: &str, see: &mut dyn FnMut(&'t Expr)) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Assign(targets, value)
                if targets.iter().any(|target| named(target) == Some(name)) =>
            {
                see(value);
            }
            StmtKind::If(_, then, orelse)
            | StmtKind::While(_, then, orelse)
            | StmtKind::For(_, _, then, orelse) => {
                each_value(then, name, see);
                each_value(orelse, name, see);
            }
            StmtKind::With(_, _, body) => each_value(body, name, see),
            StmtKind::Match(_, cases) => {
                cases.iter().for_each(|case| each_value(&case.body, name, see));
            }
            _ => {}
        }
    }
}
