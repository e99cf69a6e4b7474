//! `atomic_add(v.count, 1)` and the other atomic operations.

use diagnostics::{Diagnostic, Span, codes};
use ir::{AtomicOp, Expr, ExprKind, IntType, Place, PtrType, Region, Type};
use kernel::{Atomic, Version};
use syntax::Keyword;

use super::Body;
use super::value::Value;
use crate::session::{Reported, Result};

/// The first kernel with more than additions that leave the old value.
const FETCHING: Version = Version::new(5, 12);

impl Body<'_, '_> {
    pub(super) fn atomic(
        &mut self,
        atomic: &'static Atomic,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let mut params = vec!["target"];
        params.extend(atomic.operands);
        let bound = self.bind(atomic.name, &params, params.len(), args, keywords, at)?;
        let Some((Some(target), operands)) = bound.split_first() else { return Err(Reported) };
        let (place, ty) = self.atomic_target(target)?;
        let mut passed = Vec::new();
        for operand in operands.iter().flatten() {
            let value = self.expr(operand)?;
            let value = self.convert(value, &ty, operand.span)?;
            passed.push(if value.as_const().is_some() {
                value
            } else {
                self.keep(value, "change")
            });
        }
        let plain = matches!(atomic.name, "atomic_add" | "atomic_sub");
        if !plain || self.unused != Some(at) {
            let what = if plain { "the result of" } else { "an operation like" };
            self.s.needs(FETCHING, &format!("{what} `{}`", atomic.name), at)?;
        }
        let op = match atomic.name {
            "atomic_and" => AtomicOp::And,
            "atomic_or" => AtomicOp::Or,
            "atomic_xor" => AtomicOp::Xor,
            "atomic_xchg" => AtomicOp::Exchange,
            "atomic_cmpxchg" => AtomicOp::CompareExchange,
            _ => AtomicOp::Add,
        };
        if atomic.name == "atomic_sub" {
            // The instruction set adds only.
            passed = passed.into_iter().map(|value| minus(value, &ty, at)).collect();
        }
        let change = ExprKind::Atomic(op, place, passed);
        Ok(Value::Scalar(Expr::new(change, ty, at)))
    }

    /// The memory that an atomic operation changes.
    fn atomic_target(&mut self, target: &syntax::Expr) -> Result<(Place, Type)> {
        let at = target.span;
        if let syntax::ExprKind::Index(base, _) = &target.kind
            && self.map_named(base)?.is_some()
        {
            let text = self.s.source.slice(at).to_owned();
            let message = format!("`{text}` is a copy of the entry, not its memory");
            return Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, at, message).help(
                format!(
                    "look it up, check it, and pass what `lookup` gave; `{text} += 1` is atomic too"
                ),
            )));
        }
        let (place, ty) = match self.expr(target)? {
            Value::Scalar(Expr { kind: ExprKind::Load(place), ty: ty @ Type::Int(_), .. }) => {
                (place, ty)
            }
            Value::Scalar(expr) if is_number_in_memory(&expr.ty) => {
                match self.as_place(Value::Scalar(expr), at)? {
                    Some(found) => found,
                    None => return Err(Reported),
                }
            }
            other => {
                let wanted = "an integer in a map or a global";
                return Err(self.mismatch(at, wanted, &other));
            }
        };
        self.fit_for_atomic(&place, &ty, at)?;
        self.writable(&place, at)?;
        Ok((place, ty))
    }

    fn fit_for_atomic(&mut self, place: &Place, ty: &Type, at: Span) -> Result<()> {
        if place.region() == Region::Stack {
            let message = "nothing else sees this variable, so nothing has to be atomic";
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                    .help("change it as any variable: `x += 1`"),
            ));
        }
        if matches!(ty, Type::Int(IntType { bits: 32 | 64, .. })) {
            return Ok(());
        }
        let message = format!(
            "BPF changes 32 and 64 bits atomically, and this is `{}`",
            self.s.type_name(ty)
        );
        Err(self.s.report(
            Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                .help("declare it as `c_uint32` or `c_uint64`"),
        ))
    }
}

fn is_number_in_memory(ty: &Type) -> bool {
    matches!(ty, Type::Ptr(PtrType { pointee: Some(pointee), region, .. })
        if matches!(**pointee, Type::Int(_)) && *region != Region::Opaque)
}

fn minus(value: Expr, ty: &Type, at: Span) -> Expr {
    Expr::new(ExprKind::Unary(ir::UnaryOp::Neg, Box::new(value)), ty.clone(), at)
}
