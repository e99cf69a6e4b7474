//! Keeps sums with addresses on the stack sums. Memory there is aligned, and the
//! code generator makes `a | b` of `a + b` where it sees that no bit is set in
//! both; the verifier refuses that for pointers. So, once all passes have run, an
//! offset that LLVM sees below the alignment goes through a barrier.

use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::values::{
    BasicValueEnum, InstructionOpcode, InstructionValue, IntValue, Operand, PhiValue,
};

use crate::barrier::{argument, hide};
use crate::function::STACK_ALIGN;
use crate::{Error, Result};

/// So deep an offset is looked into.
const DEPTH: u32 = 6;

/// Puts the barriers in. To be called when no other pass is to follow.
pub(crate) fn keep<'c>(context: &'c Context, module: &Module<'c>) -> Result<()> {
    let builder = context.create_builder();
    let instructions = module
        .get_functions()
        .flat_map(|function| function.get_basic_block_iter())
        .flat_map(|block| block.get_instructions());
    for sum in instructions.filter(|one| is_sum_on_stack(*one)) {
        let offset = argument(sum, 1)?;
        if most(offset, DEPTH).is_some_and(|most| most < u64::from(STACK_ALIGN)) {
            builder.position_before(&sum);
            let word = context.i64_type();
            let offset = builder.build_int_z_extend_or_bit_cast(offset, word, "")?;
            if !sum.set_operand(1, hide(context, &builder, offset)?) {
                return Err(Error::Llvm("a sum without an offset".to_owned()));
            }
        }
    }
    Ok(())
}

/// Whether an instruction adds a number that is not known to an address on the
/// stack.
fn is_sum_on_stack(sum: InstructionValue<'_>) -> bool {
    sum.get_opcode() == InstructionOpcode::GetElementPtr
        && sum.get_num_operands() == 2
        && argument(sum, 1).is_ok_and(|offset| !offset.is_const())
        && is_on_stack(sum, DEPTH)
}

/// Whether what an instruction adds to is memory of the stack.
fn is_on_stack(sum: InstructionValue<'_>, depth: u32) -> bool {
    let Some(Operand::Value(BasicValueEnum::PointerValue(base))) = sum.get_operand(0) else {
        return false;
    };
    base.as_instruction().is_some_and(|base| match base.get_opcode() {
        InstructionOpcode::Alloca => true,
        InstructionOpcode::GetElementPtr => depth > 0 && is_on_stack(base, depth - 1),
        _ => false,
    })
}

/// The largest that a number can be, as far as LLVM sees it.
fn most(number: IntValue<'_>, depth: u32) -> Option<u64> {
    if number.is_const() {
        return number.get_zero_extended_constant();
    }
    let bits = number.get_type().get_bit_width();
    let by_type = (bits < u64::BITS).then(|| (1 << bits) - 1);
    let found = number.as_instruction().filter(|_| depth > 0);
    found.and_then(|made| most_of(made, depth - 1)).or(by_type)
}

fn most_of(made: InstructionValue<'_>, depth: u32) -> Option<u64> {
    let of = |index| argument(made, index).ok().and_then(|number| most(number, depth));
    match made.get_opcode() {
        InstructionOpcode::ZExt => of(0),
        InstructionOpcode::And => [of(0), of(1)].into_iter().flatten().min(),
        InstructionOpcode::Or | InstructionOpcode::Xor | InstructionOpcode::Add => {
            of(0)?.checked_add(of(1)?)
        }
        InstructionOpcode::Shl => of(0)?.checked_mul(1_u64.checked_shl(shift(of(1)?))?),
        InstructionOpcode::LShr => of(0)?.checked_shr(shift(of(1)?)),
        InstructionOpcode::Select => Some(of(1)?.max(of(2)?)),
        InstructionOpcode::Phi => {
            let phi = PhiValue::try_from(made).ok()?;
            phi.get_incomings().try_fold(0, |most_yet, (value, _)| match value {
                BasicValueEnum::IntValue(value) => Some(most(value, depth)?.max(most_yet)),
                _ => None,
            })
        }
        _ => None,
    }
}

fn shift(bits: u64) -> u32 {
    u32::try_from(bits).unwrap_or(u32::MAX)
}
