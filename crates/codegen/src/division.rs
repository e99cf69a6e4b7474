//! Division. BPF gives 0 for a division by 0 and the dividend for its
//! remainder; LLVM takes either for undefined. So while the passes run, a
//! division by a number that is not known is a call to a function without a
//! body; then the call becomes BPF's one instruction, or LLVM's division where
//! the divisor turned out to be a constant.

use inkwell::IntPredicate;
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::types::IntType;
use inkwell::values::{BasicValueEnum, FunctionValue, IntValue};
use ir::BinaryOp;

use crate::barrier::{argument, calls, declare, forget, replace};
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

/// Turns the calls into instructions; whether a divisor was a constant.
pub(crate) fn settle<'c>(context: &'c Context, module: &Module<'c>) -> Result<bool> {
    let builder = context.create_builder();
    let mut constants = false;
    for form in &FORMS {
        for call in calls(module, form.marker) {
            let (left, right) = (argument(call, 0)?, argument(call, 1)?);
            builder.position_before(&call);
            let instead = match right.get_zero_extended_constant() {
                None => form.instruction(context, &builder, left, right)?,
                Some(by) => {
                    constants = true;
                    by_constant(&builder, form.rest, left, right, by)?
                }
            };
            replace(call, instead)?;
        }
        forget(module, form.marker);
    }
    Ok(constants)
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
