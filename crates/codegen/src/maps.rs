//! Maps in libbpf's form: a variable in `.maps` whose type, a struct of
//! pointers, says it all. What a map of maps or of programs holds from the
//! start stands behind as addresses, which libbpf reads off the relocations.

use std::num::NonZeroU32;

use inkwell::AddressSpace;
use inkwell::module::Module;
use inkwell::types::AnyTypeEnum;
use inkwell::values::{BasicValueEnum, GlobalValue, PointerValue, StructValue};
use ir::{Map, MapSlot, Operation, Operations, Struct, Type, Value};

use crate::debug::{Debug, DebugType};
use crate::declare::Declared;
use crate::{Error, Result};

/// Where libbpf looks for structs of operations.
const STRUCT_OPS: &str = ".struct_ops";
/// `LIBBPF_PIN_BY_NAME`
const PIN_BY_NAME: u32 = 1;
/// Bits of a member: each is a pointer.
const MEMBER: u64 = 64;

/// The members of a definition, by name.
type Members = Vec<(&'static str, DebugType)>;

impl<'c> Declared<'c, '_> {
    /// Declares a map; one that is only a template has no variable.
    pub(crate) fn map(&mut self, llvm: &Module<'c>, map: &Map) -> Result<()> {
        if map.is_template {
            self.maps.push(None);
            return Ok(());
        }
        if let Some(operations) = &map.operations {
            let variable = self.operations(llvm, map, operations);
            self.maps.push(Some(variable));
            return Ok(());
        }
        let mut members = self.members(map);
        if let Some(held) = self.held(map)? {
            members.push(("values", held));
        }
        let ty = self.definition(&members, map.line);
        let slots = map.values.len() as u32;
        let words = self.context.i64_type().array_type(members.len() as u32 - u32::from(slots > 0));
        let pointers = self.context.ptr_type(AddressSpace::default()).array_type(slots);
        let storage = self.context.struct_type(&[words.into(), pointers.into()], false);
        let variable = if slots == 0 {
            let variable = llvm.add_global(words, None, &map.name);
            variable.set_initializer(&words.const_zero());
            variable
        } else {
            let variable = llvm.add_global(storage, None, &map.name);
            variable.set_initializer(&storage.const_zero());
            variable
        };
        variable.set_section(Some(".maps"));
        variable.set_alignment(8);
        self.debug.global(variable, &map.name, ty, map.line);
        self.maps.push(Some(variable));
        self.events(llvm, map);
        Ok(())
    }

    /// What every definition says.
    fn members(&mut self, map: &Map) -> Members {
        let int = self.debug.int();
        let mut members: Members = Vec::new();
        let mut number = |debug: &Debug<'_>, name, value: u32| {
            members.push((name, debug.pointer(Some(debug.array(int, 32, value)))));
        };
        number(&self.debug, "type", map.kind);
        let numbers = [
            ("key_size", map.key_size),
            ("value_size", map.value_size),
            ("max_entries", map.max_entries),
            ("map_flags", (map.flags != 0).then_some(map.flags)),
            ("numa_node", map.node),
            ("map_extra", map.extra),
            ("pinning", map.pinned.then_some(PIN_BY_NAME)),
        ];
        for (name, value) in numbers {
            if let Some(value) = value {
                number(&self.debug, name, value);
            }
        }
        for (name, ty) in [("key", &map.key), ("value", &map.value)] {
            if let Some(ty) = ty {
                let ty = self.debug.ty(self.module, ty);
                members.push((name, self.debug.pointer(ty)));
            }
        }
        members
    }

    /// The type of what a map of maps or of programs holds: an array without
    /// a length of pointers to what inner maps are like, or to programs.
    fn held(&mut self, map: &Map) -> Result<Option<DebugType>> {
        let held = match map.inner {
            Some(inner) => {
                let template = self.module.maps.get(inner.0 as usize);
                let template = template.ok_or_else(|| Error::Llvm("no such map".to_owned()))?;
                let members = self.members(template);
                self.definition(&members, map.line)
            }
            None if map.values.is_empty() => return Ok(None),
            None => self.debug.procedure(),
        };
        let pointer = self.debug.pointer(Some(held));
        Ok(Some(self.debug.array(pointer, MEMBER, 0)))
    }

    fn definition(&mut self, members: &Members, line: u32) -> DebugType {
        let laid: Vec<_> = (0..)
            .zip(members)
            .map(|(index, (name, ty))| (*name, *ty, MEMBER, index * MEMBER))
            .collect();
        let bits = laid.len() as u64 * MEMBER;
        self.debug.aggregate("", &laid, bits, line)
    }

    /// Enters the addresses that maps hold, now that all is declared.
    pub(crate) fn fill_maps(&self) {
        for (map, variable) in self.module.maps.iter().zip(&self.maps) {
            if let (Some(variable), Some(operations)) = (variable, &map.operations) {
                variable.set_initializer(&self.filled(operations));
                continue;
            }
            let (Some(variable), false) = (variable, map.values.is_empty()) else { continue };
            let pointer = self.context.ptr_type(AddressSpace::default());
            let slots: Vec<PointerValue<'c>> = map
                .values
                .iter()
                .map(|slot| self.address_of(*slot).unwrap_or_else(|| pointer.const_null()))
                .collect();
            let AnyTypeEnum::StructType(storage) = variable.get_value_type() else { continue };
            let Some(words) = storage.get_field_type_at_index(0) else { continue };
            let values = [words.const_zero(), pointer.const_array(&slots).into()];
            let filled = self.context.const_struct(&values, false);
            variable.set_initializer(&filled);
        }
    }

    /// A struct of operations, as a variable that libbpf compares with the
    /// kernel's struct, member by member.
    fn operations(
        &mut self,
        llvm: &Module<'c>,
        map: &Map,
        operations: &Operations,
    ) -> GlobalValue<'c> {
        let laid = self.laid(operations);
        let function = self.debug.procedure();
        let pointer = self.debug.pointer(Some(function));
        let mut members = Vec::new();
        for (field, (name, ty, _)) in laid.fields.iter().zip(&operations.members) {
            let debug = match ty {
                Type::Ptr(_) => Some(pointer),
                ty => self.debug.plain(ty),
            };
            if let Some(debug) = debug {
                members.push((name.as_str(), debug, ty.size(self.module) * 8, field.offset * 8));
            }
        }
        let ty = self.debug.aggregate(&operations.of, &members, laid.size * 8, map.line);
        let filled = self.filled(operations);
        let variable = llvm.add_global(filled.get_type(), None, &map.name);
        variable.set_initializer(&filled.get_type().const_zero());
        variable.set_section(Some(STRUCT_OPS));
        variable.set_alignment(8);
        self.debug.global(variable, &map.name, ty, map.line);
        variable
    }

    fn laid(&self, operations: &Operations) -> Struct {
        let members = operations.members.iter().map(|(name, ty, _)| (name.clone(), ty.clone()));
        Struct::lay_out(operations.of.clone(), members.collect(), 0, self.module)
    }

    /// The members that are set; programs that are not declared yet are null.
    fn filled(&self, operations: &Operations) -> StructValue<'c> {
        let pointer = self.context.ptr_type(AddressSpace::default());
        let values: Vec<BasicValueEnum<'c>> = operations
            .members
            .iter()
            .map(|(_, ty, value)| match (ty, value) {
                (_, Operation::Program(id)) => self
                    .address_of(Some(MapSlot::Program(*id)))
                    .unwrap_or_else(|| pointer.const_null())
                    .into(),
                (ty, Operation::Constant(value)) => self.constant(ty, value),
            })
            .collect();
        self.context.const_struct(&values, false)
    }

    fn constant(&self, ty: &Type, value: &Value) -> BasicValueEnum<'c> {
        let size = ty.size(self.module) as usize;
        match value {
            Value::Int(number) => {
                let bits = NonZeroU32::new(size as u32 * 8).unwrap_or(NonZeroU32::MIN);
                let int = self.context.custom_width_int_type(bits);
                int.map(|int| int.const_int(*number as u64, false).into())
                    .unwrap_or_else(|_| self.context.i8_type().const_zero().into())
            }
            value => {
                let mut image = vec![0; size];
                if let Value::Str(text) = value {
                    image.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
                }
                self.context.const_string(&image, false).into()
            }
        }
    }

    fn address_of(&self, slot: Option<MapSlot>) -> Option<PointerValue<'c>> {
        match slot? {
            MapSlot::Map(id) => {
                let map = self.maps.get(id.0 as usize).copied().flatten()?;
                Some(map.as_pointer_value())
            }
            MapSlot::Program(id) => {
                let program = self.functions.get(id.0 as usize)?;
                Some(program.as_global_value().as_pointer_value())
            }
        }
    }
}
