//! Keeps tests for null apart. LLVM makes "`a | b` is 0" of "`a` is null and
//! `b` is null", which holds for numbers and is refused by the verifier for
//! pointers. So, once all passes have run, a test that is put together with
//! anything, rather than jumped on, first becomes a plain number behind a
//! barrier; only numbers are put together then.
//!
//! "`a` is null or `b` is null" and "neither is null" need none: no one test of
//! numbers says the same, and the code generator makes two jumps of them.

use inkwell::IntPredicate;
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::values::{
    BasicValueEnum, FunctionValue, InstructionOpcode, InstructionValue, IntValue, Operand,
};

use crate::barrier::hide;
use crate::{Error, Result};

/// A use of a test for null as an operand.
struct Use<'c> {
    test: InstructionValue<'c>,
    user: InstructionValue<'c>,
    index: u32,
}

/// Puts the barriers in. To be called when no other pass is to follow.
pub(crate) fn keep_apart<'c>(context: &'c Context, module: &Module<'c>) -> Result<()> {
    let builder = context.create_builder();
    for function in module.get_functions() {
        let mut barriers: Vec<(InstructionValue<'c>, IntValue<'c>)> = Vec::new();
        for Use { test, user, index } in uses(function) {
            let known = barriers.iter().find(|(known, _)| *known == test).map(|(_, bit)| *bit);
            let bit = match known {
                Some(bit) => bit,
                None => {
                    let bit = barrier(context, &builder, test)?;
                    barriers.push((test, bit));
                    bit
                }
            };
            user.set_operand(index, bit);
        }
    }
    Ok(())
}

/// The uses of tests for null, jumps aside.
fn uses(function: FunctionValue<'_>) -> Vec<Use<'_>> {
    let instructions = function.get_basic_block_iter().flat_map(|block| block.get_instructions());
    instructions
        .filter(|user| !user.is_terminator())
        .flat_map(|user| {
            let operands = (0..user.get_num_operands()).map(move |index| (user, index));
            operands.filter_map(|(user, index)| {
                let test = operand(user, index).and_then(null_test)?;
                (!stays_apart(test, user)).then_some(Use { test, user, index })
            })
        })
        .collect()
}

/// Whether what a test is put together to becomes jumps, and no other test.
fn stays_apart(test: InstructionValue<'_>, user: InstructionValue<'_>) -> bool {
    match test.get_icmp_predicate() {
        Some(IntPredicate::EQ) => joins(user, InstructionOpcode::Or, 1, 1),
        Some(IntPredicate::NE) => joins(user, InstructionOpcode::And, 2, 0),
        _ => false,
    }
}

/// Whether an instruction is `and` or `or` of two bits, or the choice that is
/// the same: one whose arm at an index is the constant.
fn joins(user: InstructionValue<'_>, opcode: InstructionOpcode, arm: u32, constant: u64) -> bool {
    user.get_opcode() == opcode
        || user.get_opcode() == InstructionOpcode::Select
            && matches!(operand(user, arm), Some(BasicValueEnum::IntValue(bit))
                if bit.get_type().get_bit_width() == 1
                    && bit.get_zero_extended_constant() == Some(constant))
}

fn operand(user: InstructionValue<'_>, index: u32) -> Option<BasicValueEnum<'_>> {
    match user.get_operand(index) {
        Some(Operand::Value(value)) => Some(value),
        _ => None,
    }
}

/// The comparison of a pointer with null that a value is, if it is one.
fn null_test(value: BasicValueEnum<'_>) -> Option<InstructionValue<'_>> {
    let BasicValueEnum::IntValue(value) = value else { return None };
    let test = value.as_instruction()?;
    let is_null = |index| match operand(test, index) {
        Some(BasicValueEnum::PointerValue(pointer)) => pointer.is_null(),
        _ => false,
    };
    (test.get_opcode() == InstructionOpcode::ICmp && (is_null(0) || is_null(1))).then_some(test)
}

/// The result of a test as a bit of which LLVM does not know the origin.
fn barrier<'c>(
    context: &'c Context,
    builder: &Builder<'c>,
    test: InstructionValue<'c>,
) -> Result<IntValue<'c>> {
    let misplaced = || Error::Llvm("a comparison that ends its block".to_owned());
    let bit = IntValue::try_from(test).map_err(|()| misplaced())?;
    builder.position_before(&test.get_next_instruction().ok_or_else(misplaced)?);
    let i64_type = context.i64_type();
    let number = builder.build_int_z_extend(bit, i64_type, "")?;
    let number = hide(context, builder, number)?;
    Ok(builder.build_int_compare(IntPredicate::NE, number, i64_type.const_zero(), "")?)
}
