//! The module's declarations: maps, globals, constant strings, the licence,
//! event types, and the functions' heads.

use std::collections::{HashMap, HashSet};

use diagnostics::SourceFile;
use inkwell::AddressSpace;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::context::Context;
use inkwell::module::{Linkage, Module};
use inkwell::targets::TargetMachine;
use inkwell::types::{BasicMetadataTypeEnum, BasicTypeEnum, FunctionType};
use inkwell::values::{FunctionValue, GlobalValue};
use ir::{FunctionKind, IntType, Map, StructId, Type, Value};

use crate::apart::Apart;
use crate::core_relocation::{self, Relocations};
use crate::debug::{Debug, Scope};
use crate::division::{self, Divisions};
use crate::function::lower_body;
use crate::intrinsics::Intrinsics;
use crate::loops::{self, Iterators};
use crate::losses::Losses;
use crate::{Error, Result, barrier};

/// The section whose variables say what ring and perf buffers carry.
const EVENTS_SECTION: &str = ".pythonbpf.events";
/// The name of such a variable, before the map's name.
const EVENTS_PREFIX: &str = "__pythonbpf_events_";

/// The variable that says whose registers are read, and its section before the
/// processor's name.
const PROCESSOR: &str = "__pythonbpf_processor";
const PROCESSOR_SECTION: &str = ".pythonbpf.processor.";

/// The kernel's `MAX_CALL_FRAMES`.
const MAX_FRAMES: usize = 8;

/// What a call passes in registers; a function with more is always inlined.
const MAX_ARGUMENTS: u32 = 5;

/// What a function body needs of its module.
pub(crate) struct Declared<'c, 'a> {
    pub context: &'c Context,
    pub module: &'a ir::Module,
    pub debug: Debug<'a>,
    /// By map; none for those that are only templates.
    pub maps: Vec<Option<GlobalValue<'c>>>,
    pub losses: Losses<'c>,
    pub globals: Vec<GlobalValue<'c>>,
    pub strings: Vec<GlobalValue<'c>>,
    pub functions: Vec<FunctionValue<'c>>,
    pub scopes: HashMap<usize, Scope>,
    /// Hides a number from LLVM.
    pub marker: FunctionValue<'c>,
    /// Compares a count with a limit.
    pub below: FunctionValue<'c>,
    pub apart: Apart<'c>,
    pub divisions: Divisions<'c>,
    pub intrinsics: Intrinsics<'c>,
    /// Whether the only atomic operation is an addition without a result.
    pub only_adds: bool,
    pub iterators: Option<Iterators<'c>>,
    /// By number: what is the kernel's own.
    pub externs: Vec<GlobalValue<'c>>,
    /// What relocations of the kernel's types are made with.
    pub relocations: Option<Relocations<'c>>,
}

/// Lowers a whole module.
pub(crate) fn lower<'c>(
    context: &'c Context,
    machine: &TargetMachine,
    module: &ir::Module,
    source: &SourceFile,
) -> Result<Module<'c>> {
    let (llvm, relocations) = core_relocation::module(context, source.name(), module)?;
    llvm.set_triple(&machine.get_triple());
    llvm.set_data_layout(&machine.get_target_data().get_data_layout());
    let debug = Debug::new(&llvm, source);
    let words = division::has_words(machine);
    let mut declared = Declared {
        context,
        module,
        debug,
        maps: Vec::new(),
        losses: Losses::new(),
        globals: Vec::new(),
        strings: Vec::new(),
        functions: Vec::new(),
        scopes: HashMap::new(),
        marker: barrier::marker(context, &llvm),
        below: barrier::below(context, &llvm),
        apart: Apart::declare(context, &llvm),
        divisions: Divisions::declare(context, &llvm, words),
        intrinsics: Intrinsics::declare(context, &llvm)?,
        only_adds: !words,
        iterators: None,
        externs: Vec::new(),
        relocations,
    };
    for map in &module.maps {
        declared.map(&llvm, map)?;
    }
    declared.losses(&llvm);
    for global in &module.globals {
        declared.global(&llvm, global)?;
    }
    for text in &module.strings {
        let value = context.const_string(text, true);
        let variable = llvm.add_global(value.get_type(), None, ".string");
        variable.set_initializer(&value);
        variable.set_constant(true);
        variable.set_linkage(Linkage::Internal);
        variable.set_section(Some(".rodata"));
        declared.strings.push(variable);
    }
    declared.license(&llvm);
    if let Some(processor) = module.processor {
        declared.processor(&llvm, processor);
    }
    for index in 0..module.structs.len() {
        if module.structs.get(index).is_some_and(|laid| laid.kernel.is_some()) {
            declared.debug.struct_(module, StructId(index as u32));
        }
    }
    declared.iterators = loops::declare(&declared, &llvm);
    for found in &module.externs {
        let value = declared.extern_(&llvm, found)?;
        declared.externs.push(value);
    }
    let inlined = too_deep(module);
    for (index, function) in module.functions.iter().enumerate() {
        let value = declared.head(&llvm, function);
        if inlined.contains(&index) || function.params > MAX_ARGUMENTS {
            let kind = Attribute::get_named_enum_kind_id("alwaysinline");
            let attribute = context.create_enum_attribute(kind, 0);
            value.add_attribute(AttributeLoc::Function, attribute);
        }
        declared.functions.push(value);
        let scope = declared.debug.function(module, value, function);
        declared.scopes.insert(index, scope);
    }
    declared.fill_maps();
    for index in 0..module.functions.len() {
        lower_body(&declared, index)?;
    }
    if let Some(relocations) = &declared.relocations {
        relocations.finish();
    }
    declared.debug.finish();
    Ok(llvm)
}

/// The functions that calls reach beyond the frames that the kernel has; they
/// become part of their callers. There is no recursion.
fn too_deep(module: &ir::Module) -> HashSet<usize> {
    let calls: Vec<Vec<usize>> = module
        .functions
        .iter()
        .map(|function| {
            let mut callees = Vec::new();
            ir::each_expr(&function.body, &mut |expr| {
                if let ir::ExprKind::Call(id, _) | ir::ExprKind::Function(id) = expr.kind {
                    callees.push(id.0 as usize);
                }
            });
            callees
        })
        .collect();
    let is_program = |index: &usize| {
        let function = module.functions.get(*index);
        function.is_some_and(|f| matches!(f.kind, FunctionKind::Program { .. }))
    };
    let mut frame: HashSet<usize> = (0..calls.len()).filter(is_program).collect();
    for _ in 1..MAX_FRAMES {
        frame = frame.iter().filter_map(|index| calls.get(*index)).flatten().copied().collect();
    }
    let mut deeper = HashSet::new();
    let mut left: Vec<usize> = frame.into_iter().collect();
    while let Some(index) = left.pop() {
        for callee in calls.get(index).into_iter().flatten() {
            if deeper.insert(*callee) {
                left.push(*callee);
            }
        }
    }
    deeper
}

impl<'c> Declared<'c, '_> {
    /// What the buffer carries, as a variable whose type has one member for
    /// each type of event: an array of one pointer to it, because LLVM leaves
    /// a struct out of BTF that a member merely points to.
    pub(crate) fn events(&mut self, llvm: &Module<'c>, map: &Map) {
        let mut members = Vec::new();
        for event in &map.events {
            if let Some(ty) = self.debug.ty(self.module, &event.ty) {
                let pointer = self.debug.pointer(Some(ty));
                members.push(self.debug.array(pointer, 64, 1));
            }
        }
        if members.is_empty() {
            return;
        }
        let names: Vec<String> = (0..members.len()).map(|index| format!("event{index}")).collect();
        let laid: Vec<_> = names
            .iter()
            .zip(members)
            .enumerate()
            .map(|(index, (name, ty))| (name.as_str(), ty, 64, index as u64 * 64))
            .collect();
        let ty = self.debug.aggregate("", &laid, laid.len() as u64 * 64, map.line);
        let name = format!("{EVENTS_PREFIX}{}", map.name);
        let storage = self.context.i64_type().array_type(laid.len() as u32);
        let variable = llvm.add_global(storage, None, &name);
        variable.set_initializer(&storage.const_zero());
        variable.set_section(Some(EVENTS_SECTION));
        self.debug.global(variable, &name, ty, map.line);
    }

    /// Says whose registers the programs read, for loaders on other processors.
    fn processor(&self, llvm: &Module<'c>, name: &str) {
        let text = self.context.const_string(name.as_bytes(), true);
        let variable = llvm.add_global(text.get_type(), None, PROCESSOR);
        variable.set_initializer(&text);
        variable.set_section(Some(&format!("{PROCESSOR_SECTION}{name}")));
    }

    fn global(&mut self, llvm: &Module<'c>, global: &ir::Global) -> Result<()> {
        if let Some(config) = global.config {
            return self.config(llvm, global, config);
        }
        let (ty, value) = self.initial(&global.ty, &global.init)?;
        let variable = llvm.add_global(ty, None, &global.name);
        variable.set_initializer(&value);
        variable.set_alignment(8);
        let debug_type = self.debug.ty(self.module, &global.ty);
        if let Some(mut debug_type) = debug_type {
            if !global.mutable {
                variable.set_constant(true);
                variable.set_section(Some(".rodata"));
                debug_type = self.debug.const_volatile(debug_type);
            }
            self.debug.global(variable, &global.name, debug_type, global.line);
        }
        self.globals.push(variable);
        Ok(())
    }

    fn initial(&self, ty: &Type, init: &Value) -> Result<(BasicTypeEnum<'c>, BasicTypeValue<'c>)> {
        let bytes = |len: u64| self.context.i8_type().array_type(len as u32);
        let size = ty.size(self.module);
        Ok(match (ty, init) {
            (Type::Int(_) | Type::Network(_) | Type::Bool, Value::Int(value)) => {
                let int = self.int_type(size as u32 * 8)?;
                (int.into(), int.const_int(*value as u64, false).into())
            }
            (Type::Int(_) | Type::Network(_) | Type::Bool, _) => {
                let int = self.int_type(size as u32 * 8)?;
                (int.into(), int.const_zero().into())
            }
            (Type::Ptr(_), _) => {
                let int = self.context.i64_type();
                (int.into(), int.const_zero().into())
            }
            (_, Value::Str(_) | Value::List(_)) => {
                let mut image = vec![0; size as usize];
                self.write_image(&mut image, ty, init);
                let value = self.context.const_string(&image, false);
                (value.get_type().into(), value.into())
            }
            _ => (bytes(size).into(), bytes(size).const_zero().into()),
        })
    }

    /// Writes a constant into memory that is zero.
    fn write_image(&self, memory: &mut [u8], ty: &Type, value: &Value) {
        let mut put = |offset: u64, ty: &Type, value: &Value| {
            let (start, size) = (offset as usize, ty.size(self.module) as usize);
            if let Some(part) = memory.get_mut(start..start + size) {
                self.write_image(part, ty, value);
            }
        };
        match (ty, value) {
            (Type::Array(element, _), Value::List(values)) => {
                let size = element.size(self.module);
                (0..).zip(values).for_each(|(at, value)| put(at * size, element, value));
            }
            (Type::Struct(id), Value::List(values)) => {
                let fields = &self.module.struct_(*id).fields;
                let parts = fields.iter().zip(values);
                let parts = parts.filter(|(_, value)| !matches!(value, Value::Zero));
                parts.for_each(|(field, value)| put(field.offset, &field.ty, value));
            }
            (_, Value::Str(text)) => {
                memory.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
            }
            (_, Value::Int(number)) => {
                let bytes = number.to_le_bytes();
                memory.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
            }
            (_, Value::Zero | Value::List(_)) => {}
        }
    }

    fn license(&self, llvm: &Module<'c>) {
        let value = self.context.const_string(self.module.license.as_bytes(), true);
        let variable = llvm.add_global(value.get_type(), None, "LICENSE");
        variable.set_initializer(&value);
        variable.set_section(Some("license"));
        variable.set_alignment(1);
    }

    /// An integer type of this many bits.
    pub(crate) fn int_type(&self, bits: u32) -> Result<inkwell::types::IntType<'c>> {
        Ok(match bits {
            1 => self.context.bool_type(),
            8 => self.context.i8_type(),
            16 => self.context.i16_type(),
            32 => self.context.i32_type(),
            64 => self.context.i64_type(),
            _ => return Err(Error::Llvm(format!("no integer of {bits} bits"))),
        })
    }

    /// The type of a scalar in a register.
    pub(crate) fn register_type(&self, ty: &Type) -> Result<BasicTypeEnum<'c>> {
        Ok(match ty {
            Type::Bool => self.context.bool_type().into(),
            Type::Int(IntType { bits, .. }) | Type::Network(bits) => {
                self.int_type(u32::from(*bits))?.into()
            }
            Type::Ptr(_) => self.context.ptr_type(AddressSpace::default()).into(),
            _ => return Err(Error::Llvm("an aggregate in a register".to_owned())),
        })
    }

    /// What a function returns: the kernel wants 32 bits at least.
    pub(crate) fn return_bits(ty: &Type) -> u32 {
        match ty {
            Type::Int(int) => u32::from(int.bits).max(32),
            _ => 32,
        }
    }

    fn head(&self, llvm: &Module<'c>, function: &ir::Function) -> FunctionValue<'c> {
        let params: Vec<BasicMetadataTypeEnum<'c>> = function
            .locals
            .iter()
            .take(function.params as usize)
            .filter_map(|local| self.register_type(&local.ty).ok())
            .map(Into::into)
            .collect();
        let ty: FunctionType<'c> =
            match (&function.ret, self.int_type(Self::return_bits(&function.ret))) {
                (Type::Void, _) | (_, Err(_)) => self.context.void_type().fn_type(&params, false),
                (_, Ok(int)) => int.fn_type(&params, false),
            };
        let value = match &function.kind {
            FunctionKind::Program { section, .. } => {
                let value = llvm.add_function(&function.name, ty, None);
                value.set_section(Some(section));
                value
            }
            FunctionKind::Subprogram => {
                llvm.add_function(&function.name, ty, Some(Linkage::Internal))
            }
        };
        let nounwind = Attribute::get_named_enum_kind_id("nounwind");
        value
            .add_attribute(AttributeLoc::Function, self.context.create_enum_attribute(nounwind, 0));
        value
    }
}

type BasicTypeValue<'c> = inkwell::values::BasicValueEnum<'c>;
