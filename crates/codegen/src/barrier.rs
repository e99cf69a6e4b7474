//! Numbers that LLVM may not look through.
//!
//! The verifier must see the bounds of an index on the register that is used;
//! LLVM would test one register and use another, or none where it finds the
//! test needless. While the passes run, a hidden number is the result of a
//! call to a function without a body; then the call becomes an empty piece of
//! assembly, or nothing where its argument turned out to be a constant, as it
//! does in an unrolled loop. How a count of turns is compared with their limit
//! is kept from LLVM in the same way.

use inkwell::IntPredicate;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::module::{Linkage, Module};
use inkwell::types::{BasicType, FunctionType};
use inkwell::values::{
    BasicValueEnum, CallSiteValue, FunctionValue, InstructionOpcode, InstructionValue, IntValue,
    Operand,
};

use crate::{Error, Result};

/// The functions whose calls stand for barriers; no definition of a file can
/// have their names.
const MARKER: &str = "__pythonbpf_hidden";
const BELOW: &str = "__pythonbpf_below";

/// Declares the function that hides a number.
pub(crate) fn marker<'c>(context: &'c Context, module: &Module<'c>) -> FunctionValue<'c> {
    let i64_type = context.i64_type();
    let marker = declare(context, module, MARKER, i64_type.fn_type(&[i64_type.into()], false));
    // One barrier for two branches would be behind what the numbers of both were
    // chosen from, and not behind the tests of each.
    let nomerge = Attribute::get_named_enum_kind_id("nomerge");
    marker.add_attribute(AttributeLoc::Function, context.create_enum_attribute(nomerge, 0));
    marker
}

/// Declares the function that tells whether a count is below a limit.
pub(crate) fn below<'c>(context: &'c Context, module: &Module<'c>) -> FunctionValue<'c> {
    let word = context.i64_type().into();
    declare(context, module, BELOW, context.bool_type().fn_type(&[word, word], false))
}

/// Declares a function that passes may move, join and leave out.
pub(crate) fn declare<'c>(
    context: &'c Context,
    module: &Module<'c>,
    name: &str,
    ty: FunctionType<'c>,
) -> FunctionValue<'c> {
    // It reads and writes no memory.
    declare_with(context, module, name, ty, 0)
}

/// The same, of one that uses memory as LLVM numbers it.
pub(crate) fn declare_with<'c>(
    context: &'c Context,
    module: &Module<'c>,
    name: &str,
    ty: FunctionType<'c>,
    memory: u64,
) -> FunctionValue<'c> {
    let marker = module.add_function(name, ty, Some(Linkage::External));
    for (name, value) in [("memory", memory), ("nounwind", 0), ("willreturn", 0)] {
        let kind = Attribute::get_named_enum_kind_id(name);
        let attribute = context.create_enum_attribute(kind, value);
        marker.add_attribute(AttributeLoc::Function, attribute);
    }
    marker
}

/// Turns the calls into barriers; whether there was a constant among them.
/// Counts that are not constant are still compared by calls afterwards.
pub(crate) fn settle<'c>(context: &'c Context, module: &Module<'c>) -> Result<bool> {
    let builder = context.create_builder();
    let mut constants = false;
    for call in calls(module, MARKER) {
        let number = argument(call, 0)?;
        let instead = if number.is_const() {
            constants = true;
            number
        } else {
            builder.position_before(&call);
            hide(context, &builder, number)?
        };
        replace(call, instead)?;
    }
    for call in calls(module, BELOW) {
        if let (Some(count), Some(limit)) = (constant(call, 0)?, constant(call, 1)?) {
            constants = true;
            let left = context.bool_type().const_int(u64::from(count < limit), false);
            replace(call, left)?;
        }
    }
    forget(module, MARKER);
    Ok(constants)
}

/// Turns the comparisons of counts into such that the verifier follows. To be
/// called when only the code generator is to follow.
pub(crate) fn settle_counts<'c>(context: &'c Context, module: &Module<'c>) -> Result<()> {
    let builder = context.create_builder();
    for call in calls(module, BELOW) {
        let (count, limit) = (argument(call, 0)?, argument(call, 1)?);
        let count = if keep_counting(context, &builder, count)? {
            count
        } else {
            builder.position_before(&call);
            hide(context, &builder, count)?
        };
        builder.position_before(&call);
        replace(call, builder.build_int_compare(IntPredicate::ULT, count, limit, "left")?)?;
    }
    forget(module, BELOW);
    Ok(())
}

/// Hides what a count is added to, so that the code generator counts in this
/// register rather than works the count out from another; false where it is no
/// sum.
fn keep_counting<'c>(
    context: &'c Context,
    builder: &Builder<'c>,
    count: IntValue<'c>,
) -> Result<bool> {
    let Some(sum) = count.as_instruction() else { return Ok(false) };
    if sum.get_opcode() != InstructionOpcode::Add {
        return Ok(false);
    }
    let before = argument(sum, 0)?;
    if !is_hidden(before) {
        builder.position_before(&sum);
        sum.set_operand(0, hide(context, builder, before)?);
    }
    Ok(true)
}

/// Whether a number comes out of a barrier.
fn is_hidden(number: IntValue<'_>) -> bool {
    number
        .as_instruction()
        .is_some_and(|instruction| instruction.get_opcode() == InstructionOpcode::Call)
}

/// The calls of a marker.
pub(crate) fn calls<'c>(module: &Module<'c>, name: &str) -> Vec<InstructionValue<'c>> {
    let Some(marker) = module.get_function(name) else { return Vec::new() };
    module
        .get_functions()
        .flat_map(|function| function.get_basic_block_iter())
        .flat_map(|block| block.get_instructions())
        .filter(|instruction| is_call_of(*instruction, marker))
        .collect()
}

/// A number that an instruction works on.
pub(crate) fn argument<'c>(instruction: InstructionValue<'c>, index: u32) -> Result<IntValue<'c>> {
    match instruction.get_operand(index) {
        Some(Operand::Value(BasicValueEnum::IntValue(number))) => Ok(number),
        _ => Err(Error::Llvm("a barrier without a number".to_owned())),
    }
}

fn constant(instruction: InstructionValue<'_>, index: u32) -> Result<Option<u64>> {
    Ok(argument(instruction, index)?.get_zero_extended_constant())
}

/// Puts a number in the place of a call.
pub(crate) fn replace<'c>(call: InstructionValue<'c>, instead: IntValue<'c>) -> Result<()> {
    let result = IntValue::try_from(call)
        .map_err(|()| Error::Llvm("a barrier without a result".to_owned()))?;
    result.replace_all_uses_with(instead);
    call.erase_from_basic_block();
    Ok(())
}

/// Removes a marker of which no call is left.
pub(crate) fn forget(module: &Module<'_>, name: &str) {
    if let Some(marker) = module.get_function(name) {
        // SAFETY: its calls are gone, and nothing else names it.
        unsafe { marker.delete() };
    }
}

/// Whether an instruction calls a marker.
pub(crate) fn is_call_of<'c>(instruction: InstructionValue<'c>, marker: FunctionValue<'c>) -> bool {
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
    match hide_register(context, builder, number.into())? {
        BasicValueEnum::IntValue(number) => Ok(number),
        _ => Err(Error::Llvm("a barrier without a result".to_owned())),
    }
}

/// A number or pointer of which LLVM does not know where it comes from.
pub(crate) fn hide_register<'c>(
    context: &'c Context,
    builder: &Builder<'c>,
    register: BasicValueEnum<'c>,
) -> Result<BasicValueEnum<'c>> {
    let ty = register.get_type();
    let identity = ty.fn_type(&[ty.into()], false);
    let (code, registers) = (String::new(), "=r,0".to_owned());
    let asm = context.create_inline_asm(identity, code, registers, false, false, None, false);
    let call = builder.build_indirect_call(identity, asm, &[register.into()], "")?;
    let result = call.try_as_basic_value().basic();
    result.ok_or_else(|| Error::Llvm("a barrier without a result".to_owned()))
}
