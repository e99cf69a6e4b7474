//! LLVM's own functions that code calls.

use inkwell::context::Context;
use inkwell::intrinsics::Intrinsic;
use inkwell::module::Module;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, FunctionValue, IntValue, PointerValue};

use crate::function::Lowering;
use crate::{Error, Result};

/// Declarations; what nobody calls is dropped.
pub(crate) struct Intrinsics<'c> {
    /// Keeps an access at its offset and width.
    fixed: FunctionValue<'c>,
    /// Turn the bytes of integers of 16, 32 and 64 bits.
    swaps: Vec<FunctionValue<'c>>,
}

impl<'c> Intrinsics<'c> {
    pub(crate) fn declare(context: &'c Context, module: &Module<'c>) -> Result<Self> {
        let find = |name: &str, types: &[BasicTypeEnum<'c>]| {
            let found = Intrinsic::find(name);
            let function = found.and_then(|found| found.get_declaration(module, types));
            function.ok_or_else(|| Error::Llvm(format!("no intrinsic {name}")))
        };
        let ints = [context.i16_type(), context.i32_type(), context.i64_type()];
        let swaps = ints.into_iter().map(|int| find("llvm.bswap", &[int.into()]));
        Ok(Self {
            fixed: find("llvm.preserve.static.offset", &[])?,
            swaps: swaps.collect::<Result<_>>()?,
        })
    }
}

impl<'c> Lowering<'_, 'c, '_> {
    /// The context as the base of one access: LLVM keeps the access at its
    /// offset and width, and changes no pointer beforehand.
    pub(crate) fn fixed(&self, context: PointerValue<'c>) -> Result<PointerValue<'c>> {
        let call = self.builder.build_call(self.d.intrinsics.fixed, &[context.into()], "")?;
        match call.try_as_basic_value().basic() {
            Some(BasicValueEnum::PointerValue(pointer)) => Ok(pointer),
            _ => Err(Error::Llvm("a fixed offset from nothing".to_owned())),
        }
    }

    /// The bytes of an integer in the opposite order.
    pub(crate) fn swapped(&self, value: IntValue<'c>) -> Result<IntValue<'c>> {
        let ty = BasicTypeEnum::from(value.get_type());
        let fits = |swap: &&FunctionValue<'c>| swap.get_type().get_return_type() == Some(ty);
        let missing = || Error::Llvm("no swap of this width".to_owned());
        let swap = self.d.intrinsics.swaps.iter().find(fits).ok_or_else(missing)?;
        let call = self.builder.build_call(*swap, &[value.into()], "")?;
        match call.try_as_basic_value().basic() {
            Some(BasicValueEnum::IntValue(number)) => Ok(number),
            _ => Err(missing()),
        }
    }
}
