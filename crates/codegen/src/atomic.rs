//! Atomic operations.

use inkwell::values::IntValue;
use inkwell::{AtomicOrdering, AtomicRMWBinOp};
use ir::{AtomicOp, Expr, Place};

use crate::function::Lowering;
use crate::{Error, Result};

impl<'c> Lowering<'_, 'c, '_> {
    /// An atomic operation; its value is the old one. A relaxed addition whose
    /// value is not used is the one that every kernel has.
    pub(crate) fn atomic(
        &mut self,
        op: AtomicOp,
        place: &Place,
        args: &[Expr],
        ordering: AtomicOrdering,
    ) -> Result<IntValue<'c>> {
        let plain = op == AtomicOp::Add && ordering == AtomicOrdering::Monotonic;
        if self.d.only_adds && !plain {
            return Err(Error::Atomic { function: self.function.name.clone() });
        }
        let (address, _) = self.address(place)?;
        let mut operands = Vec::new();
        for arg in args {
            operands.push(self.int(arg)?);
        }
        let missing = || Error::Llvm("an atomic operation without its operand".to_owned());
        let value = *operands.first().ok_or_else(missing)?;
        let op = match op {
            AtomicOp::Add => AtomicRMWBinOp::Add,
            AtomicOp::And => AtomicRMWBinOp::And,
            AtomicOp::Or => AtomicRMWBinOp::Or,
            AtomicOp::Xor => AtomicRMWBinOp::Xor,
            AtomicOp::Exchange => AtomicRMWBinOp::Xchg,
            AtomicOp::CompareExchange => {
                let new = *operands.get(1).ok_or_else(missing)?;
                let strong = AtomicOrdering::SequentiallyConsistent;
                let pair = self.builder.build_cmpxchg(address, value, new, strong, strong)?;
                return Ok(self.builder.build_extract_value(pair, 0, "old")?.into_int_value());
            }
        };
        Ok(self.builder.build_atomicrmw(op, address, value, ordering)?)
    }
}
