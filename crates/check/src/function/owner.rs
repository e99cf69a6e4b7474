//! What a task, a socket, an inode or a control group has in a map:
//! `m.get(owner, create=True)` and `m.delete(owner)`.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, ExprKind, MapId, PtrType, Region, Type};
use kernel::{Helper, Method, ProgType};
use syntax::Keyword;

use super::Body;
use super::value::Value;
use crate::constants::Constant;
use crate::session::{Reported, Result};

/// What owners of storage are called: the parameter of the helper, the
/// kernel's type, and how a program comes to one.
const OWNERS: &[(&str, &[&str], &str)] = &[
    ("task", &["task_struct"], "`get_current_task_btf()` gives the task that runs"),
    ("sk", &["sock", "tcp_sock", "sock_common"], "the arguments of BTF hooks have sockets"),
    ("inode", &["inode"], "the arguments of `lsm/…` hooks have inodes and files"),
    ("cgroup", &["cgroup"], "`get_current_task_btf().cgroups.dfl_cgrp` is that of the task"),
];

impl Body<'_, '_> {
    /// `m.get(owner, create=True)`, `m.delete(owner)`
    pub(super) fn of_owner(
        &mut self,
        map: MapId,
        method: &'static Method,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let Some(helper) = kernel::helper(method.helper) else { return Err(Reported) };
        let Some(param) =
            helper.params.iter().find(|param| OWNERS.iter().any(|owner| owner.0 == param.name))
        else {
            return self.of_hook(map, helper, method, args, keywords, at);
        };
        let gives = helper.params.len() > 2;
        let params: &[&str] = if gives { &[param.name, "create"] } else { &[param.name] };
        let bound = self.bind(method.name, params, 1, args, keywords, at)?;
        let Some(written) = bound[0] else { return Err(Reported) };
        let owner = self.owner(helper, param.name, written)?;
        let mut passed = vec![self.map_address(map, at), owner];
        if !gives {
            return Ok(Value::Scalar(self.call_helper(helper.name, passed, Type::I64, at)?));
        }
        let create = match bound.get(1).copied().flatten() {
            Some(create) => self.creates(create)?,
            None => false,
        };
        let nothing = PtrType { pointee: None, region: Region::Opaque, nullable: true };
        passed.push(Expr::new(ExprKind::Null, Type::Ptr(nothing), at));
        passed.push(Expr::int(i128::from(create), Type::U64, at));
        let ty = self.entry_pointer(map)?;
        Ok(Value::Scalar(self.call_helper(helper.name, passed, ty, at)?))
    }

    /// Whether what is not there is made: a constant.
    fn creates(&mut self, create: &syntax::Expr) -> Result<bool> {
        match self.s.constant(create, 0)? {
            Some(Constant::Int(value @ 0..=1)) => Ok(value == 1),
            _ => {
                let message = "`create` is `True` or `False`";
                let diagnostic = Diagnostic::new(&codes::CONSTANT_REQUIRED, create.span, message);
                Err(self.s.report(diagnostic))
            }
        }
    }

    /// The pointer that the verifier takes for an owner.
    fn owner(&mut self, helper: &Helper, role: &str, written: &syntax::Expr) -> Result<Expr> {
        let value = self.expr(written)?;
        let known = OWNERS.iter().find(|(name, ..)| *name == role);
        let Some((_, types, way)) = known else { return Err(Reported) };
        if let Value::Scalar(expr) = &value
            && let Some(ptr) = expr.ptr_type()
        {
            // The kernel's `sk_storage_get` for `cgroup/sock` takes the
            // context, which is the socket.
            let socket = role == "sk" && self.in_socket_hook() && helper.params.len() > 2;
            if socket && ptr.region == Region::Context {
                return Ok(expr.clone());
            }
            let named = match ptr.pointee.as_deref() {
                Some(Type::Struct(id)) => types.contains(&self.s.module.struct_(*id).name.as_str()),
                _ => false,
            };
            if named && ptr.region == Region::Trusted {
                return Ok(expr.clone());
            }
        }
        let wanted = types.first().copied().unwrap_or_default();
        let message = format!(
            "a `{wanted}` that the kernel vouches for is needed here, and this is {}",
            self.describe(&value)
        );
        let diagnostic = Diagnostic::new(&codes::TYPE_MISMATCH, written.span, message);
        Err(self.s.report(diagnostic.help(*way)))
    }

    fn in_socket_hook(&self) -> bool {
        let section = self.section.as_ref();
        section.is_some_and(|section| section.def.prog_type == ProgType::CgroupSock)
    }
}
