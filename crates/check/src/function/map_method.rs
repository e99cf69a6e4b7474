//! Operations of maps that are written after their helper: those that take
//! the helper's own arguments, queues, membership, and what an owner has.

use diagnostics::Span;
use ir::{CompareOp, Expr, ExprKind, MapId, Place, PtrType, Region, StmtKind, Type};
use kernel::{Helper, Method, Param, ParamKind};
use syntax::Keyword;

use super::Body;
use super::helper_call::helper_result;
use super::value::Value;
use crate::session::{Reported, Result};

/// What is written of a helper's arguments in a call on the map.
fn written(helper: &Helper) -> Vec<&Param> {
    let passed = |param: &&Param| !matches!(param.kind, ParamKind::Map | ParamKind::Size);
    helper.params.iter().filter(passed).collect()
}

/// Whether an argument is flags or what a callback is passed, which are 0 and
/// null where nothing is said.
fn may_be_left_out(param: &Param) -> bool {
    let flags = param.name == "flags" && matches!(param.kind, ParamKind::Scalar { .. });
    flags || param.kind == ParamKind::CallbackContext
}

impl Body<'_, '_> {
    /// `m.method(…)` with the arguments of the method's helper.
    pub(super) fn map_helper(
        &mut self,
        map: MapId,
        method: &'static Method,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let Some(helper) = kernel::helper(method.helper) else { return Err(Reported) };
        let written = written(helper);
        let names: Vec<&str> = written.iter().map(|param| param.name).collect();
        let required = written.iter().filter(|param| !may_be_left_out(param)).count();
        let bound = self.bind(method.name, &names, required, args, keywords, at)?;
        self.uses(helper, at);
        let mut bound = bound.into_iter();
        let measured = |param: &&Param| param.kind != ParamKind::Size;
        let args: Vec<_> = helper
            .params
            .iter()
            .filter(measured)
            .map(|param| match param.kind {
                ParamKind::Map => None,
                _ => bound.next().flatten(),
            })
            .collect();
        let passed = self.arguments(helper, &args, Some(map), at)?;
        let ty = self.result(helper, Some(map), &passed);
        Ok(Value::Scalar(helper_result(helper, passed, ty, at)))
    }

    /// `m.pop()`, `m.peek()`: a pointer to a copy of the value, null where the
    /// map is empty.
    pub(super) fn take(
        &mut self,
        map: MapId,
        method: &'static Method,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        self.bind(method.name, &[], 0, args, keywords, at)?;
        let ty = self.value_type(map)?;
        let copy = Place::Local(self.hidden("taken", ty.clone()));
        let address = Expr::address(copy, ty.clone(), Region::Stack, at);
        let helper_args = vec![self.map_address(map, at), address.clone()];
        let failed = self.call_helper(method.helper, helper_args, Type::I64, at)?;
        let failed = self.keep(failed, "failed");
        let pointee = Some(Box::new(ty));
        let pointer = Type::Ptr(PtrType { pointee, region: Region::Stack, nullable: true });
        let taken = self.hidden("value", pointer.clone());
        let null = Expr::new(ExprKind::Null, pointer.clone(), at);
        self.push(StmtKind::Store(Place::Local(taken), null), at);
        let there = Expr::compare(CompareOp::Eq, failed, Expr::int(0, Type::I64, at), at);
        let store = StmtKind::Store(Place::Local(taken), address.convert(pointer.clone()));
        self.push(StmtKind::If(there, vec![ir::Stmt::new(store, at)], Vec::new()), at);
        Ok(Value::Scalar(Expr::load(Place::Local(taken), pointer, at)))
    }

    /// `value in m`
    pub(super) fn in_map(&mut self, map: MapId, value: &syntax::Expr, at: Span) -> Result<Expr> {
        let contains = self.map_type(map).and_then(|kind| kind.contains);
        self.require(contains.is_some(), map, "asked for", at)?;
        let keyed = self.s.module.map(map).key.is_some();
        if keyed {
            let key = self.key(map, value)?;
            let pointer = self.lookup_at(map, key, at)?;
            return Ok(Expr::new(ExprKind::IsFound(Box::new(pointer)), Type::Bool, at));
        }
        let Some(helper) = contains else { return Err(Reported) };
        let ty = self.value_type(map)?;
        let given = self.expr(value)?;
        let given = self.stored(given, &ty, value.span)?;
        let args = vec![self.map_address(map, at), given];
        let absent = self.call_helper(helper, args, Type::I64, at)?;
        Ok(Expr::compare(CompareOp::Eq, absent, Expr::int(0, Type::I64, at), at))
    }

    /// `m.get()`: what belongs to the group and hook that the program is
    /// attached to. It is always there.
    pub(super) fn of_hook(
        &mut self,
        map: MapId,
        helper: &'static Helper,
        method: &'static Method,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        self.bind(method.name, &[], 0, args, keywords, at)?;
        let ty = Type::ptr(Some(self.value_type(map)?), Region::MapValue(map));
        let args = vec![self.map_address(map, at), Expr::int(0, Type::U64, at)];
        Ok(Value::Scalar(self.call_helper(helper.name, args, ty, at)?))
    }
}
