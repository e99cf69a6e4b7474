//! CO-RE relocations: numbers that the loader finds in the running kernel's
//! types.
//!
//! LLVM's BPF back end makes a relocation of each load of a variable with the
//! attribute `btf_ama`, whose name says what is asked
//! (`llvm.TYPE:KIND:VALUE$PATH`) and whose metadata is the type. Its front pass
//! would make such variables of `llvm.preserve.*` calls, but keeps them from
//! one compilation to the next within a process. LLVM's C interface sets no
//! attributes of variables, so the module starts as text that has enough of
//! them, which get their names when they are needed.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::Write;

use inkwell::AddressSpace;
use inkwell::context::{AsContextRef, Context};
use inkwell::intrinsics::Intrinsic;
use inkwell::llvm_sys::core::{LLVMGetMDKindIDInContext, LLVMGlobalSetMetadata};
use inkwell::memory_buffer::MemoryBuffer;
use inkwell::module::Module;
use inkwell::values::{
    AsValueRef, BasicValue, BasicValueEnum, FunctionValue, GlobalValue, IntValue, PointerValue,
};
use ir::{ExprKind, StmtKind};

use crate::debug::DebugType;
use crate::function::Lowering;
use crate::{Error, Result};

/// The variables of the pool, before they get a name.
const SPARE: &str = "__pythonbpf_spare";
/// A bit-field is read by this many numbers at the most.
const EACH: usize = 4;

/// What is asked about a type (`enum bpf_core_relo_kind` of the UAPI header
/// `linux/bpf.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    FieldOffset = 0,
    FieldSize = 1,
    FieldExists = 2,
    ShiftLeft = 4,
    ShiftRight = 5,
    TypeExists = 8,
    TypeSize = 9,
    EnumExists = 10,
    EnumValue = 11,
}

/// A question to the loader.
pub(crate) struct Question<'q> {
    pub kind: Kind,
    /// The type that the path starts from.
    pub ty: DebugType,
    pub name: &'q str,
    /// Members and elements by their numbers, as in `0:3:1`.
    pub path: &'q str,
    /// The answer of the kernel that the program is built with.
    pub value: i128,
}

/// The relocations of a module.
pub(crate) struct Relocations<'c> {
    spare: RefCell<Vec<GlobalValue<'c>>>,
    /// By type and question: types without a name and enums of one value are
    /// told apart by nothing else.
    known: RefCell<HashMap<(DebugType, String), GlobalValue<'c>>>,
    passthrough: FunctionValue<'c>,
    metadata: u32,
    passed: Cell<u64>,
    /// Whether the file asks what the kernel has.
    guarded: bool,
}

/// An empty module, with as many variables as relocations can be needed.
pub(crate) fn module<'c>(
    context: &'c Context,
    name: &str,
    module: &ir::Module,
) -> Result<(Module<'c>, Option<Relocations<'c>>)> {
    let (count, guarded) = needed(module);
    if count == 0 {
        return Ok((context.create_module(name), None));
    }
    let mut text = String::new();
    for number in 0..count {
        // Writing to a string does not fail.
        let _ = writeln!(text, "@{SPARE}{number} = external global i64 #0");
    }
    text.push_str("attributes #0 = { \"btf_ama\" }\n\0");
    let buffer = MemoryBuffer::create_from_memory_range_copy(text.as_bytes(), name);
    let llvm = context.create_module_from_ir(buffer).map_err(|e| Error::Llvm(e.to_string()))?;
    llvm.set_name(name);
    llvm.set_source_file_name(name);
    let spare = llvm.get_globals().collect();
    let pointer = context.ptr_type(AddressSpace::default()).into();
    let passthrough = Intrinsic::find("llvm.bpf.passthrough")
        .and_then(|known| known.get_declaration(&llvm, &[pointer, pointer]))
        .ok_or_else(|| Error::Llvm("no `llvm.bpf.passthrough`".to_owned()))?;
    let kind = "llvm.preserve.access.index";
    // SAFETY: the context is alive; the name has the length given.
    let metadata = unsafe {
        LLVMGetMDKindIDInContext(context.as_ctx_ref(), kind.as_ptr().cast(), kind.len() as u32)
    };
    let relocations = Relocations {
        spare: RefCell::new(spare),
        known: RefCell::default(),
        passthrough,
        metadata,
        passed: Cell::new(0),
        guarded,
    };
    Ok((llvm, Some(relocations)))
}

/// How many relocations a module has at the most, and whether there are
/// questions among them what the kernel has.
fn needed(module: &ir::Module) -> (usize, bool) {
    let mut count = 0;
    let mut place = |place: &ir::Place| {
        if place.region().is_foreign() {
            count += EACH + depth(place);
        }
    };
    for function in &module.functions {
        ir::each_stmt_within(&function.body, &mut |stmt| match &stmt.kind {
            StmtKind::Copy(_, from) => place(from),
            StmtKind::Gather(gather) => gather.from.iter().for_each(&mut place),
            _ => {}
        });
        ir::each_expr(&function.body, &mut |expr| match &expr.kind {
            ExprKind::Load(from) | ExprKind::Address(from) => place(from),
            ExprKind::Text(op) => op.places().into_iter().for_each(&mut place),
            _ => {}
        });
    }
    let (mut queries, mut guarded) = (0, false);
    for function in &module.functions {
        ir::each_expr(&function.body, &mut |expr| {
            if let ExprKind::Query(query) = &expr.kind {
                guarded |= query.is_existence();
                queries += match query.as_ref() {
                    ir::Query::Field(_, place) => EACH + depth(place),
                    _ => 1,
                };
            }
        });
    }
    (count + queries, guarded)
}

fn depth(place: &ir::Place) -> usize {
    match place {
        ir::Place::Field(base, _) | ir::Place::Index(base, _) | ir::Place::Part(base, ..) => {
            1 + depth(base)
        }
        _ => 0,
    }
}

impl Relocations<'_> {
    /// Removes the variables that were not needed.
    pub(crate) fn finish(&self) {
        for variable in self.spare.borrow_mut().drain(..) {
            // SAFETY: nothing uses it.
            unsafe { variable.delete() };
        }
    }
}

impl<'c> Lowering<'_, 'c, '_> {
    fn relocations(&self) -> Result<&Relocations<'c>> {
        let relocations = self.d.relocations.as_ref();
        relocations.ok_or_else(|| Error::Llvm("kernel types that nobody counted".to_owned()))
    }

    /// The answer to a question, as 64 bits.
    pub(crate) fn ask(&self, question: &Question<'_>) -> Result<IntValue<'c>> {
        // The loader makes an instruction that stops the program of what it
        // cannot find: it must stay behind the question whether it is there.
        let guarded = self.relocations()?.guarded;
        self.answer(question, guarded)
    }

    /// The answer; `here` if it has to be got in this very place.
    pub(crate) fn answer(&self, question: &Question<'_>, here: bool) -> Result<IntValue<'c>> {
        let relocations = self.relocations()?;
        let Question { kind, ty, name, path, value } = question;
        // LLVM reads the value as an `i64`.
        let asked = format!("{}:{}${path}", *kind as u32, *value as i64);
        let count = relocations.known.borrow().len();
        let key = (*ty, asked);
        let known = relocations.known.borrow().get(&key).copied();
        let variable = match known {
            Some(variable) => variable,
            None => {
                let spare = relocations.spare.borrow_mut().pop();
                let variable = spare.ok_or_else(|| Error::Llvm("no spare variable".to_owned()))?;
                variable.set_name(&format!("llvm.{name}.{count}:{}", key.1));
                // SAFETY: the variable and the type are alive.
                unsafe {
                    LLVMGlobalSetMetadata(variable.as_value_ref(), relocations.metadata, ty.0);
                }
                relocations.known.borrow_mut().insert(key, variable);
                variable
            }
        };
        let i64_type = self.d.context.i64_type();
        let value = self.builder.build_load(i64_type, variable.as_pointer_value(), "")?;
        if here && let Some(load) = value.as_instruction_value() {
            load.set_volatile(true).map_err(|error| Error::Llvm(error.to_string()))?;
        }
        Ok(value.into_int_value())
    }

    /// An address with a distance that the loader finds. LLVM must not take
    /// two of them for one.
    pub(crate) fn relocated(
        &self,
        base: PointerValue<'c>,
        distance: IntValue<'c>,
    ) -> Result<PointerValue<'c>> {
        let relocations = self.relocations()?;
        let bytes = self.d.context.i8_type();
        // SAFETY: no bounds are promised.
        let address = unsafe { self.builder.build_gep(bytes, base, &[distance], "") }?;
        let number = relocations.passed.replace(relocations.passed.get() + 1);
        let number = self.d.context.i32_type().const_int(number, false);
        let args = [number.into(), address.into()];
        let call = self.builder.build_call(relocations.passthrough, &args, "")?;
        match call.try_as_basic_value().basic() {
            Some(BasicValueEnum::PointerValue(pointer)) => Ok(pointer),
            _ => Err(Error::Llvm("an address that is lost".to_owned())),
        }
    }
}
