//! Reads that LLVM may not put together.
//!
//! The verifier wants each instruction to read through one kind of pointer: of a read through
//! the context here and of a value of a map there LLVM would make one of an address that is
//! either. So, while the passes run, what is read through pointers that the verifier mixes
//! with no others goes through a function without a body, one for each kind; calls of
//! different functions stay apart, and the reads before them.
//!
//! Pointers into the packet are numbers of 32 bits in the context, which the verifier makes
//! pointers of as they are read; LLVM would read them here and widen them there, which makes
//! a number of them again. So that, too, is one call until the passes have run.

use inkwell::AddressSpace;
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::types::{BasicType as _, BasicTypeEnum};
use inkwell::values::{
    AnyValue as _, BasicValueEnum, CallSiteValue, FunctionValue, InstructionOpcode,
    InstructionValue, IntValue, Operand, PointerValue,
};
use ir::Region;

use crate::barrier::{declare_with, forget};
use crate::{Error, Result};

/// What the names of the functions begin with; no definition of a file can have them.
const PREFIX: &str = "__pythonbpf_apart_";
const PACKET: &str = "__pythonbpf_packet";

/// `memory(none)` and `memory(argmem: read)` as LLVM numbers them.
const NOTHING: u64 = 0;
const ARGUMENT: u64 = 1;

/// The functions.
pub(crate) struct Apart<'c> {
    kinds: Vec<(Region, FunctionValue<'c>)>,
    packet: FunctionValue<'c>,
}

impl<'c> Apart<'c> {
    pub(crate) fn declare(context: &'c Context, module: &Module<'c>) -> Self {
        let pointer = context.ptr_type(AddressSpace::default());
        let kinds = [
            (Region::Context, "context"),
            (Region::Socket, "socket"),
            (Region::Trusted, "trusted"),
        ];
        let types: [(BasicTypeEnum<'c>, &str); 5] = [
            (context.i8_type().into(), "8"),
            (context.i16_type().into(), "16"),
            (context.i32_type().into(), "32"),
            (context.i64_type().into(), "64"),
            (pointer.into(), "pointer"),
        ];
        let kinds = kinds.into_iter().flat_map(|(region, name)| {
            types.map(|(ty, width)| {
                let name = format!("{PREFIX}{name}_{width}");
                let ty = ty.fn_type(&[ty.into()], false);
                (region, declare_with(context, module, &name, ty, NOTHING))
            })
        });
        let word = context.i64_type();
        let ty = word.fn_type(&[pointer.into(), word.into()], false);
        Self { kinds: kinds.collect(), packet: declare_with(context, module, PACKET, ty, ARGUMENT) }
    }

    /// What was read through a pointer of a region, kept apart from what is read through
    /// others.
    pub(crate) fn keep(
        &self,
        builder: &Builder<'c>,
        region: Region,
        value: BasicValueEnum<'c>,
    ) -> Result<BasicValueEnum<'c>> {
        let ty = Some(value.get_type());
        let fits = |(of, function): &&(Region, FunctionValue<'c>)| {
            *of == region && function.get_type().get_return_type() == ty
        };
        match self.kinds.iter().find(fits) {
            Some((_, function)) => called(builder, *function, &[value]),
            None => Ok(value),
        }
    }

    /// The pointer into the packet, as a number, that stands at an offset of the context.
    pub(crate) fn packet(
        &self,
        builder: &Builder<'c>,
        context: PointerValue<'c>,
        offset: IntValue<'c>,
    ) -> Result<IntValue<'c>> {
        match called(builder, self.packet, &[context.into(), offset.into()])? {
            BasicValueEnum::IntValue(number) => Ok(number),
            _ => Err(missing()),
        }
    }
}

fn called<'c>(
    builder: &Builder<'c>,
    function: FunctionValue<'c>,
    arguments: &[BasicValueEnum<'c>],
) -> Result<BasicValueEnum<'c>> {
    let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).into()).collect();
    let call = builder.build_call(function, &arguments, "")?;
    call.try_as_basic_value().basic().ok_or_else(missing)
}

fn missing() -> Error {
    Error::Llvm("a read without a result".to_owned())
}

/// Takes the functions out again. To be called when only the code generator is to follow.
pub(crate) fn settle<'c>(context: &'c Context, module: &Module<'c>) -> Result<()> {
    let builder = context.create_builder();
    let instructions = module
        .get_functions()
        .flat_map(|function| function.get_basic_block_iter())
        .flat_map(|block| block.get_instructions());
    for call in instructions.collect::<Vec<_>>() {
        let Some(name) = called_name(call) else { continue };
        if name == PACKET {
            builder.position_before(&call);
            let number = packet_read(context, &builder, call)?;
            replace(call, number.into())?;
        } else if name.starts_with(PREFIX) {
            replace(call, operand(call, 0)?)?;
        }
    }
    let names = module.get_functions().map(|function| name_of(function));
    let own = names.filter(|name| name == PACKET || name.starts_with(PREFIX));
    for name in own.collect::<Vec<_>>() {
        forget(module, &name);
    }
    Ok(())
}

fn name_of(function: FunctionValue<'_>) -> String {
    function.get_name().to_string_lossy().into_owned()
}

/// The name of the function that an instruction calls.
fn called_name(instruction: InstructionValue<'_>) -> Option<String> {
    if instruction.get_opcode() != InstructionOpcode::Call {
        return None;
    }
    let call = CallSiteValue::try_from(instruction).ok()?;
    call.get_called_fn_value().map(name_of)
}

fn operand(call: InstructionValue<'_>, index: u32) -> Result<BasicValueEnum<'_>> {
    match call.get_operand(index) {
        Some(Operand::Value(value)) => Ok(value),
        _ => Err(missing()),
    }
}

/// The read that a call stands for.
fn packet_read<'c>(
    context: &'c Context,
    builder: &Builder<'c>,
    call: InstructionValue<'c>,
) -> Result<IntValue<'c>> {
    let (BasicValueEnum::PointerValue(base), BasicValueEnum::IntValue(offset)) =
        (operand(call, 0)?, operand(call, 1)?)
    else {
        return Err(missing());
    };
    // SAFETY: the member is one of the context's.
    let address = unsafe { builder.build_in_bounds_gep(context.i8_type(), base, &[offset], "") }?;
    let number = builder.build_load(context.i32_type(), address, "")?.into_int_value();
    Ok(builder.build_int_z_extend(number, context.i64_type(), "")?)
}

/// Puts a value in the place of a call.
fn replace<'c>(call: InstructionValue<'c>, instead: BasicValueEnum<'c>) -> Result<()> {
    match (call.as_any_value_enum().try_into(), instead) {
        (Ok(BasicValueEnum::IntValue(of)), BasicValueEnum::IntValue(value)) => {
            of.replace_all_uses_with(value);
        }
        (Ok(BasicValueEnum::PointerValue(of)), BasicValueEnum::PointerValue(value)) => {
            of.replace_all_uses_with(value);
        }
        _ => return Err(missing()),
    }
    call.erase_from_basic_block();
    Ok(())
}
