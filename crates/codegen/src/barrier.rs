//! Numbers that LLVM may not look through.
//!
//! The verifier must see the bounds of an index on the register that is used;
//! LLVM would test one register and use another, or none where it finds the
//! test needless. While the passes run, a hidden number is the result of a
//! call to a function without a body; then the call becomes an empty piece of
//! assembly, or nothing where its argument turned out to be a constant, as it
//! does in an unrolled loop.

use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::module::{Linkage, Module};
use inkwell::values::{
    BasicValueEnum, CallSiteValue, FunctionValue, InstructionOpcode, InstructionValue, IntValue,
    Operand,
};

use crate::{Error, Result};

/// The function whose calls stand for barriers; no definition of a file can
/// have its name.
const MARKER: &str = "__pythonbpf_hidden";

/// Declares the function that hides a number.
pub(crate) fn marker<'c>(context: &'c Context, module: &Module<'c>) -> FunctionValue<'c> {
    let i64_type = context.i64_type();
    let ty = i64_type.fn_type(&[i64_type.into()], false);
    let marker = module.add_function(MARKER, ty, Some(Linkage::External));
    // 0 for `memory`: it reads and writes none.
    for name in ["memory", "nounwind", "willreturn"] {
        let kind = Attribute::get_named_enum_kind_id(name);
        let attribute = context.create_enum_attribute(kind, 0);
        marker.add_attribute(AttributeLoc::Function, attribute);
    }
    marker
}

/// Turns the calls into barriers; whether there was a constant among them.
pub(crate) fn settle<'c>(context: &'c Context, module: &Module<'c>) -> Result<bool> {
    let Some(marker) = module.get_function(MARKER) else { return Ok(false) };
    let builder = context.create_builder();
    let mut constants = false;
    for function in module.get_functions() {
        let calls: Vec<InstructionValue<'c>> = function
            .get_basic_block_iter()
            .flat_map(|block| block.get_instructions())
            .filter(|instruction| is_call_of(*instruction, marker))
            .collect();
        for call in calls {
            let Some(Operand::Value(BasicValueEnum::IntValue(number))) = call.get_operand(0) else {
                return Err(Error::Llvm("a barrier without a number".to_owned()));
            };
            let instead = if number.is_const() {
                constants = true;
                number
            } else {
                builder.position_before(&call);
                hide(context, &builder, number)?
            };
            let result = IntValue::try_from(call)
                .map_err(|()| Error::Llvm("a barrier without a result".to_owned()))?;
            result.replace_all_uses_with(instead);
            call.erase_from_basic_block();
        }
    }
    // SAFETY: its calls are gone, and nothing else names it.
    unsafe { marker.delete() };
    Ok(constants)
}

fn is_call_of<'c>(instruction: InstructionValue<'c>, marker: FunctionValue<'c>) -> bool {
    instruction.get_opcode() == InstructionOpcode::Call
        && CallSiteValue::try_from(instruction)
            .is_ok_and(|call| call.get_called_fn_value() == Some(marker))
}

/// A 64-bit number of which LLVM does not know where it comes from.
pub(crate) fn hide<'c>(
    context: &'c Context,
    builder: &Builder<'c>,
    number: IntValue<'c>,
) -> Result<IntValue<'c>> {
    let i64_type = context.i64_type();
    let identity = i64_type.fn_type(&[i64_type.into()], false);
    let (code, registers) = (String::new(), "=r,0".to_owned());
    let asm = context.create_inline_asm(identity, code, registers, false, false, None, false);
    let call = builder.build_indirect_call(identity, asm, &[number.into()], "")?;
    match call.try_as_basic_value().basic() {
        Some(BasicValueEnum::IntValue(number)) => Ok(number),
        _ => Err(Error::Llvm("a barrier without a result".to_owned())),
    }
}
