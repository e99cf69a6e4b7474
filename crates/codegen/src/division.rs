//! Division. BPF gives 0 for a division by 0 and the dividend for its
//! remainder; LLVM takes either for undefined. So while the passes run, a
//! division by a number that is not known is a call to a function without a
//! body; then the call becomes BPF's one instruction, or LLVM's division where
//! the divisor turned out to be a constant. A remainder beside the quotient of
//! the same numbers is what the quotient leaves, which spares a division.

use inkwell::IntPredicate;
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::targets::TargetMachine;
use inkwell::types::IntType;
use inkwell::values::{
    BasicValueEnum, FunctionValue, InstructionOpcode, InstructionValue, IntValue,
};
use ir::BinaryOp;

use crate::barrier::{argument, calls, declare, forget, is_call_of, replace};
use crate::function::Lowering;
use crate::{Error, Result};

/// What stands for one instruction.
struct Form {
    /// The function's name, which no definition of a file can have.
    marker: &'static str,
    bits: u32,
    rest: bool,
    code: &'static str,
    registers: &'static str,
}

const FORMS: [Form; 4] = [
    form("__pythonbpf_div", 64, false),
    form("__pythonbpf_rem", 64, true),
    form("__pythonbpf_div32", 32, false),
    form("__pythonbpf_rem32", 32, true),
];

const fn form(marker: &'static str, bits: u32, rest: bool) -> Form {
    let code = if rest { "$0 %= $2" } else { "$0 /= $2" };
    let registers = if bits == 64 { "=r,0,r" } else { "=w,0,w" };
    Form { marker, bits, rest, code, registers }
}

/// The functions that stand for divisions by numbers that are not known.
#[derive(Clone, Copy)]
pub(crate) struct Divisions<'c> {
    markers: [FunctionValue<'c>; FORMS.len()],
    /// Whether there are instructions for 32 bits.
    words: bool,
}

impl<'c> Divisions<'c> {
    pub(crate) fn declare(context: &'c Context, module: &Module<'c>, words: bool) -> Self {
        let markers = FORMS.each_ref().map(|form| {
            let ty = form.ty(context);
            declare(context, module, form.marker, ty.fn_type(&[ty.into(), ty.into()], false))
        });
        Self { markers, words }
    }

    /// The function for an operator on numbers of so many bits, and the bits
    /// that it takes.
    fn of(&self, op: BinaryOp, bits: u32) -> Option<(FunctionValue<'c>, u32)> {
        let bits = if bits <= 32 && self.words { 32 } else { 64 };
        let rest = op == BinaryOp::Rem;
        let mut forms = FORMS.iter().zip(self.markers);
        let (_, marker) = forms.find(|(form, _)| form.bits == bits && form.rest == rest)?;
        Some((marker, bits))
    }
}

impl Form {
    fn ty<'c>(&self, context: &'c Context) -> IntType<'c> {
        if self.bits == 64 { context.i64_type() } else { context.i32_type() }
    }

    /// The instruction, which LLVM does not look into.
    fn instruction<'c>(
        &self,
        context: &'c Context,
        builder: &Builder<'c>,
        left: IntValue<'c>,
        right: IntValue<'c>,
    ) -> Result<IntValue<'c>> {
        let ty = self.ty(context);
        let ty = ty.fn_type(&[ty.into(), ty.into()], false);
        let (code, registers) = (self.code.to_owned(), self.registers.to_owned());
        let asm = context.create_inline_asm(ty, code, registers, false, false, None, false);
        let call = builder.build_indirect_call(ty, asm, &[left.into(), right.into()], "")?;
        number(call.try_as_basic_value().basic())
    }
}

/// Turns the calls into instructions; whether LLVM may find more to do.
pub(crate) fn settle<'c>(
    context: &'c Context,
    module: &Module<'c>,
    machine: &TargetMachine,
) -> Result<bool> {
    let builder = context.create_builder();
    for form in FORMS.iter().filter(|form| form.rest) {
        leave_remainders(&builder, module, form)?;
    }
    let mut changed = has_words(machine) && narrow(context, &builder, module)?;
    for form in &FORMS {
        for call in calls(module, form.marker) {
            let (left, right) = (argument(call, 0)?, argument(call, 1)?);
            builder.position_before(&call);
            let instead = match right.get_zero_extended_constant() {
                None => form.instruction(context, &builder, left, right)?,
                Some(by) => {
                    changed = true;
                    by_constant(&builder, form.rest, left, right, by)?
                }
            };
            replace(call, instead)?;
        }
        forget(module, form.marker);
    }
    Ok(changed)
}

/// Whether there are instructions for 32 bits.
pub(crate) fn has_words(machine: &TargetMachine) -> bool {
    !matches!(machine.get_cpu().to_bytes(), b"v1" | b"v2")
}

/// Divides in 32 bits, which takes less time, where both numbers have no more;
/// whether there are such.
fn narrow<'c>(context: &'c Context, builder: &Builder<'c>, module: &Module<'c>) -> Result<bool> {
    let word = context.i32_type();
    let mut changed = false;
    for wide in FORMS.iter().filter(|form| form.bits == 64) {
        for call in calls(module, wide.marker) {
            let numbers = [argument(call, 0)?, argument(call, 1)?];
            if !numbers.iter().all(|number| fits_word(*number)) {
                continue;
            }
            let Some(form) = FORMS.iter().find(|form| form.bits == 32 && form.rest == wide.rest)
            else {
                continue;
            };
            builder.position_before(&call);
            let narrowed = numbers.map(|one| builder.build_int_truncate(one, word, ""));
            let [left, right] = narrowed;
            let ty = word.fn_type(&[word.into(), word.into()], false);
            let marker = module
                .get_function(form.marker)
                .unwrap_or_else(|| declare(context, module, form.marker, ty));
            let divided = builder.build_call(marker, &[left?.into(), right?.into()], "")?;
            let divided = number(divided.try_as_basic_value().basic())?;
            replace(call, builder.build_int_z_extend(divided, wide.ty(context), "")?)?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Whether a number of 64 bits is seen to have at most 32.
fn fits_word(value: IntValue<'_>) -> bool {
    let is_word = |constant: Option<u64>| constant.is_some_and(|it| u32::try_from(it).is_ok());
    if is_word(value.get_zero_extended_constant()) {
        return true;
    }
    let Some(made) = value.as_instruction() else { return false };
    let by = |index| argument(made, index).ok().and_then(IntValue::get_zero_extended_constant);
    match made.get_opcode() {
        InstructionOpcode::ZExt => {
            argument(made, 0).is_ok_and(|narrow| narrow.get_type().get_bit_width() <= 32)
        }
        InstructionOpcode::And => is_word(by(0)) || is_word(by(1)),
        InstructionOpcode::LShr => by(1).is_some_and(|bits| (32..64).contains(&bits)),
        _ => false,
    }
}

/// Turns remainders into what the quotient of the same numbers in the same
/// block leaves: `left - left / right * right`, also where `right` is 0.
fn leave_remainders<'c>(builder: &Builder<'c>, module: &Module<'c>, form: &Form) -> Result<()> {
    let mut quotients = FORMS.iter().filter(|other| !other.rest && other.bits == form.bits);
    let Some(division) = quotients.next().and_then(|other| module.get_function(other.marker))
    else {
        return Ok(());
    };
    for rest in calls(module, form.marker) {
        let numbers = (argument(rest, 0)?, argument(rest, 1)?);
        let is_quotient = |other: &InstructionValue<'c>| {
            is_call_of(*other, division)
                && argument(*other, 0).is_ok_and(|left| left == numbers.0)
                && argument(*other, 1).is_ok_and(|right| right == numbers.1)
        };
        let block = rest.get_parent().into_iter().flat_map(|block| block.get_instructions());
        let Some(quotient) = block.into_iter().find(is_quotient) else { continue };
        let later =
            std::iter::successors(rest.get_next_instruction(), |at| at.get_next_instruction());
        builder.position_before(&rest);
        let divided = if later.into_iter().any(|at| at == quotient) {
            let call = builder.build_call(division, &[numbers.0.into(), numbers.1.into()], "")?;
            let divided = number(call.try_as_basic_value().basic())?;
            replace(quotient, divided)?;
            divided
        } else {
            result(quotient)?
        };
        let gone = builder.build_int_mul(divided, numbers.1, "")?;
        replace(rest, builder.build_int_sub(numbers.0, gone, "")?)?;
    }
    Ok(())
}

/// The number that a call gives.
fn result(call: InstructionValue<'_>) -> Result<IntValue<'_>> {
    IntValue::try_from(call).map_err(|()| Error::Llvm("a division without a result".to_owned()))
}

fn by_constant<'c>(
    builder: &Builder<'c>,
    rest: bool,
    left: IntValue<'c>,
    right: IntValue<'c>,
    by: u64,
) -> Result<IntValue<'c>> {
    Ok(match (rest, by) {
        (false, 0) => left.get_type().const_zero(),
        (true, 0) => left,
        (false, _) => builder.build_int_unsigned_div(left, right, "")?,
        (true, _) => builder.build_int_unsigned_rem(left, right, "")?,
    })
}

fn number(value: Option<BasicValueEnum<'_>>) -> Result<IntValue<'_>> {
    match value {
        Some(BasicValueEnum::IntValue(number)) => Ok(number),
        _ => Err(Error::Llvm("a division without a result".to_owned())),
    }
}

impl<'c> Lowering<'_, 'c, '_> {
    pub(crate) fn unsigned_division(
        &self,
        op: BinaryOp,
        left: IntValue<'c>,
        right: IntValue<'c>,
    ) -> Result<IntValue<'c>> {
        let b = &self.builder;
        if let Some(by) = right.get_zero_extended_constant() {
            return by_constant(b, op == BinaryOp::Rem, left, right, by);
        }
        let own = left.get_type();
        let unknown = || Error::Llvm("a division of an unknown width".to_owned());
        let (marker, bits) = self.d.divisions.of(op, own.get_bit_width()).ok_or_else(unknown)?;
        let wide = self.d.int_type(bits)?;
        let [left, right] =
            [left, right].map(|one| b.build_int_z_extend_or_bit_cast(one, wide, ""));
        let call = b.build_call(marker, &[left?.into(), right?.into()], "")?;
        let result = number(call.try_as_basic_value().basic())?;
        Ok(b.build_int_truncate_or_bit_cast(result, own, "")?)
    }

    /// Signed division by way of magnitudes: BPF has it from version 4 on
    /// only, and not every kernel that has it bears MIN / -1.
    pub(crate) fn signed_division(
        &self,
        op: BinaryOp,
        left: IntValue<'c>,
        right: IntValue<'c>,
    ) -> Result<IntValue<'c>> {
        let b = &self.builder;
        let zero = left.get_type().const_zero();
        let magnitude = |value: IntValue<'c>| -> Result<(IntValue<'c>, IntValue<'c>)> {
            let negative = b.build_int_compare(IntPredicate::SLT, value, zero, "")?;
            let minus = b.build_int_neg(value, "")?;
            Ok((negative, b.build_select(negative, minus, value, "")?.into_int_value()))
        };
        let (left_negative, left) = magnitude(left)?;
        let (right_negative, right) = magnitude(right)?;
        let result = self.unsigned_division(op, left, right)?;
        let negative = match op {
            BinaryOp::Div => b.build_xor(left_negative, right_negative, "")?,
            _ => left_negative,
        };
        let minus = b.build_int_neg(result, "")?;
        Ok(b.build_select(negative, minus, result, "")?.into_int_value())
    }
}
