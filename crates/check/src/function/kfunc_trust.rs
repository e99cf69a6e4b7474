//! Which pointers the kernel trusts that a kfunc is given: not those that were
//! read from memory on the way. It is asked of the finished body, as a local
//! may be given another pointer further below, in a loop.

use std::collections::HashSet;

use diagnostics::Span;
use ir::{Expr, ExprKind, LocalId, Place, Region, Stmt, StmtKind, Type};
use kernel::{ContextKind, ProgType};

use super::Body;
use super::value::Value;

/// Where a pointer comes from.
enum Root {
    /// From whom the kernel trusts.
    Trusted,
    /// From a local.
    Local(LocalId),
    /// From memory, or from nowhere known.
    Other,
}

impl Body<'_, '_> {
    /// The local whose held object a value is.
    pub(super) fn held_root(&self, value: &Value) -> Option<LocalId> {
        let Value::Scalar(expr) = value else { return None };
        let held = |id: &LocalId| {
            let region = match self.local_type(*id) {
                Type::Ptr(ptr) => ptr.region,
                _ => return false,
            };
            matches!(region, Region::Trusted | Region::Socket)
                && self.flow.reservation(*id).is_some()
        };
        locals_behind(expr).into_iter().find(|id| held(id))
    }

    /// Reports kfuncs that are given what the kernel does not trust.
    pub(super) fn check_trust(&mut self) {
        if !self.graph.kfuncs.contains_key(&self.id) {
            return;
        }
        let mut stores: Vec<(LocalId, Expr)> = Vec::new();
        let mut given: Vec<Expr> = Vec::new();
        let mut collect = |stmts: &[Stmt]| {
            ir::each_stmt(stmts, &mut |stmt| {
                if let StmtKind::Store(Place::Local(id), value) = &stmt.kind {
                    stores.push((*id, value.clone()));
                }
            });
        };
        collect(&self.out);
        ir::each_expr(&self.out, &mut |expr| match &expr.kind {
            ExprKind::Sequence(stmts, _) => collect(stmts),
            ExprKind::Kfunc(_, args) => {
                let objects = args
                    .iter()
                    .filter(|arg| arg.ptr_type().is_some_and(|ptr| ptr.region == Region::Trusted));
                given.extend(objects.cloned());
            }
            _ => {}
        });
        let mut doubtful: HashSet<LocalId> = HashSet::new();
        loop {
            let before = doubtful.len();
            for (id, value) in &stores {
                if !self.is_trusted(value, &doubtful) {
                    doubtful.insert(*id);
                }
            }
            if doubtful.len() == before {
                break;
            }
        }
        let wrong: Vec<(Span, Type)> = given
            .iter()
            .filter(|arg| !self.is_trusted(arg, &doubtful))
            .map(|arg| (arg.span, arg.ty.clone()))
            .collect();
        for (at, ty) in wrong {
            let name = match &ty {
                Type::Ptr(ptr) => ptr.pointee.as_ref().map(|pointee| self.s.type_name(pointee)),
                _ => None,
            };
            self.untrusted(&name.unwrap_or_default(), at);
        }
    }

    fn is_trusted(&self, value: &Expr, doubtful: &HashSet<LocalId>) -> bool {
        match self.root(value) {
            Root::Trusted => true,
            Root::Local(id) => !doubtful.contains(&id),
            Root::Other => false,
        }
    }

    fn root(&self, expr: &Expr) -> Root {
        match &expr.kind {
            ExprKind::Convert(inner) | ExprKind::NonNull(inner) | ExprKind::Hidden(inner) => {
                self.root(inner)
            }
            ExprKind::Null => Root::Trusted,
            ExprKind::Load(Place::Local(id)) => Root::Local(*id),
            ExprKind::Load(Place::Context(..)) if self.passes_trusted() => Root::Trusted,
            ExprKind::Kfunc(id, _) => {
                let name = &self.s.module.extern_(*id).name;
                match kernel::kfunc(name).is_some_and(|kfunc| kfunc.flags().acquires()) {
                    true => Root::Trusted,
                    false => Root::Other,
                }
            }
            ExprKind::Helper(id, _) => {
                let trusted = ["get_current_task_btf", "kptr_xchg"];
                let gives = |name: &str| kernel::helper(name).is_some_and(|own| own.id == *id);
                match trusted.into_iter().any(gives) {
                    true => Root::Trusted,
                    false => Root::Other,
                }
            }
            _ => Root::Other,
        }
    }

    /// Whether the kernel trusts what the hook passes: tracepoints by type,
    /// iterators, security modules and operations.
    fn passes_trusted(&self) -> bool {
        self.section.as_ref().is_some_and(|section| {
            let def = section.def;
            match def.prog_type {
                ProgType::Lsm | ProgType::StructOps => true,
                ProgType::Tracing => {
                    def.context == ContextKind::Iterator
                        || def.attach_type == Some("BPF_TRACE_RAW_TP")
                }
                _ => false,
            }
        })
    }
}

/// The locals that a pointer may be loaded from.
fn locals_behind(expr: &Expr) -> Vec<LocalId> {
    match &expr.kind {
        ExprKind::Convert(inner) | ExprKind::NonNull(inner) | ExprKind::Hidden(inner) => {
            locals_behind(inner)
        }
        ExprKind::Load(Place::Local(id)) => vec![*id],
        ExprKind::Select(_, yes, no) => [locals_behind(yes), locals_behind(no)].concat(),
        ExprKind::Sequence(_, value) => locals_behind(value),
        _ => Vec::new(),
    }
}
