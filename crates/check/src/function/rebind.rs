//! `v += 1` where `v` is an entry of a map: as in Python the name means a
//! number from there on, and the map stays as it is.

use diagnostics::{Diagnostic, Span, codes};
use ir::{IntType, LocalId, Place, PtrType, Region, Type};
use syntax::BinaryOp;

use super::Body;
use crate::session::Result;

impl Body<'_, '_> {
    /// The local that a name means at this point.
    pub(super) fn meant(&mut self, name: &str, id: LocalId, at: Span) -> Result<LocalId> {
        match self.flow.rebound(id) {
            None => Ok(id),
            Some(Some(number)) => Ok(number),
            Some(None) => {
                let message = format!(
                    "`{name}` is an entry of a map on one path to here and a number on another"
                );
                Err(self.s.report(
                    Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                        .help(format!("give the number a name of its own: `number = {name} + 1`")),
                ))
            }
        }
    }

    /// `name op= value` on the entry that a local points to.
    pub(super) fn rebind(
        &mut self,
        (name, id): (&str, LocalId),
        op: BinaryOp,
        value: &syntax::Expr,
        target: Span,
        at: Span,
    ) -> Result<()> {
        let pointer = self.local_type(id);
        let number = matches!(&pointer, Type::Ptr(PtrType { pointee: Some(pointee), region: Region::MapValue(_), .. })
            if matches!(**pointee, Type::Int(_) | Type::Bool));
        let turns = self.loops.iter().any(|one| one.begin().is_assigned(id));
        let change = format!("`{name}[0] {}= ...`", op.sign());
        if !number || turns {
            let message = if number {
                format!("`{name}` is an entry of a map in the first turn and a number in the next")
            } else {
                format!("`{name}` is an entry of a map, not a number of its own")
            };
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, target, message).help(format!(
                    "write {change} to change the entry, or store the sum under a new name"
                )),
            ));
        }
        let old = self.load_local(id, target);
        let old = self.integer(old, target)?;
        let new = self.expr(value)?;
        let new = self.integer(new, value.span)?;
        let sum = self.apply(op, old, new, at)?;
        let message =
            format!("`{name}` becomes a number of its own here, and the map stays as it is");
        self.s.report(
            Diagnostic::new(&codes::REBOUND_ENTRY, target, message)
                .help(format!("write {change} to change the entry in the map")),
        );
        let signed = matches!(&sum, super::value::Value::Scalar(expr)
            if matches!(expr.ty, Type::Int(int) if int.signed));
        let ty = Type::Int(IntType { bits: 64, signed });
        let local = self.hidden(name, ty.clone());
        self.store_place(Place::Local(local), &ty, sum, value.span, at)?;
        self.flow.rebind(id, local);
        Ok(())
    }
}
