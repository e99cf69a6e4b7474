//! Parts of map entries as targets: `m[k].field = x`, `m[k].field += 1`.

use diagnostics::Span;
use ir::{Expr, ExprKind, MapId, Place, PtrType, Region, Stmt, StmtKind, Type};

use super::Body;
use super::value::Value;
use crate::session::{Reported, Result};

/// `m[k]` in a target.
pub(crate) struct Entry<'e> {
    map: MapId,
    key: &'e syntax::Expr,
    /// Where `m[k]` stands.
    span: Span,
}

impl Body<'_, '_> {
    /// `m[k].field op= value`: what the source calls `m[k]`, if the target is
    /// a part of an entry.
    pub(super) fn entry_in<'e>(&mut self, target: &'e syntax::Expr) -> Result<Option<Entry<'e>>> {
        use syntax::ExprKind as Kind;
        let mut inner = target;
        while let Kind::Attribute(base, _) | Kind::Index(base, _) = &inner.kind {
            inner = base;
            if let Kind::Index(map, key) = &inner.kind
                && let Some(map) = self.map_named(map)?
            {
                return Ok(Some(Entry { map, key, span: inner.span }));
            }
        }
        Ok(None)
    }

    /// `m[k].field op= value`
    pub(super) fn augment_entry(
        &mut self,
        entry: &Entry<'_>,
        target: &syntax::Expr,
        op: syntax::BinaryOp,
        value: &syntax::Expr,
        at: Span,
    ) -> Result<()> {
        let key = self.key_for_two(entry.map, entry.key)?;
        let change = self.expr(value)?;
        let change = self.integer(change, value.span)?;
        let change = if change.as_const().is_some() { change } else { self.keep(change, "change") };
        self.in_entry(entry, key, at, |body| {
            body.change_part(target, at, |body, place, ty| {
                if matches!(ty, Type::Int(_) | Type::Bool) {
                    return body.change(place, &ty, op, change, at);
                }
                let value = super::place::value_at(place, ty, target.span);
                Err(body.mismatch(target.span, "a number", &value))
            })
        })
    }

    /// `m[k].field = value`
    pub(super) fn store_entry(
        &mut self,
        entry: &Entry<'_>,
        target: &syntax::Expr,
        value: Value,
        value_span: Span,
        at: Span,
    ) -> Result<()> {
        let value = match value {
            Value::Scalar(expr) if expr.as_const().is_none() => {
                Value::Scalar(self.keep(expr, "held"))
            }
            other => other,
        };
        let key = self.key_for_two(entry.map, entry.key)?;
        self.in_entry(entry, key, at, |body| {
            body.change_part(target, at, |body, place, ty| {
                body.store_place(place, &ty, value, value_span, at)
            })
        })
    }

    /// Changes the part of an entry that a target is.
    fn change_part(
        &mut self,
        target: &syntax::Expr,
        at: Span,
        change: impl FnOnce(&mut Self, Place, Type) -> Result<()>,
    ) -> Result<()> {
        match &target.kind {
            syntax::ExprKind::Attribute(base, field) => {
                let (place, ty) = self.field_place(base, field)?;
                change(self, place, ty)
            }
            syntax::ExprKind::Index(base, index) => {
                self.change_element(base, index, target.span, at, change)
            }
            _ => Err(Reported),
        }
    }

    /// Does something to an entry in place; a missing one starts as zero.
    fn in_entry(
        &mut self,
        entry: &Entry<'_>,
        key: Expr,
        at: Span,
        work: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let pointer = self.entry_or_new(entry.map, key, at)?;
        let test = Expr::new(ExprKind::IsFound(Box::new(pointer.clone())), Type::Bool, at);
        self.entry = Some((entry.span, self.not_null(pointer)));
        let (done, steps) = self.apart(work);
        self.entry = None;
        self.push(StmtKind::If(test, steps, Vec::new()), at);
        done
    }

    /// A pointer to an entry, which is inserted as zero where there is none;
    /// null where the map is full.
    fn entry_or_new(&mut self, map: MapId, key: Expr, at: Span) -> Result<Expr> {
        let allowed = self.can(map, "lookup") && self.can(map, "update");
        self.require(allowed, map, "updated", at)?;
        let ty = self.value_type(map)?;
        let pointee = Some(Box::new(ty.clone()));
        let pointer = Type::Ptr(PtrType { pointee, region: Region::MapValue(map), nullable: true });
        let look = vec![self.map_address(map, at), key.clone()];
        let look = self.call_helper("map_lookup_elem", look, pointer, at)?;
        let found = self.keep(look.clone(), "entry");
        // Entries of arrays are there from the start.
        if let (true, ExprKind::Load(slot)) = (self.can(map, "delete"), &found.kind) {
            let (inserted, mut steps) = self.apart(|body| body.insert_zero(map, key, ty, at));
            inserted?;
            steps.push(Stmt::new(StmtKind::Store(slot.clone(), look), at));
            let test = Expr::new(ExprKind::IsFound(Box::new(found.clone())), Type::Bool, at);
            self.push(StmtKind::If(test, Vec::new(), steps), at);
        }
        Ok(found)
    }

    /// Inserts a zero entry unless one is there by now.
    fn insert_zero(&mut self, map: MapId, key: Expr, ty: Type, at: Span) -> Result<()> {
        let fresh = if ty.is_aggregate() {
            let slot = Place::Local(self.hidden("fresh", ty.clone()));
            self.push(StmtKind::Zero(slot.clone()), at);
            Expr::address(slot, ty, Region::Stack, at)
        } else {
            Expr::int(0, ty, at).spill()
        };
        let Some(flag) = kernel::constant("BPF_NOEXIST") else { return Err(Reported) };
        let flags = Expr::int(i128::from(flag.value), Type::U64, at);
        let args = vec![self.map_address(map, at), key, fresh, flags];
        let insert = self.call_helper("map_update_elem", args, Type::I64, at)?;
        self.push(StmtKind::Eval(insert), at);
        Ok(())
    }
}
