//! Maps in libbpf's form: a variable in `.maps` whose type, a struct of
//! pointers, says it all. What a map of maps or of programs holds from the
//! start stands behind as addresses, which libbpf reads off the relocations.

use inkwell::AddressSpace;
use inkwell::module::Module;
use inkwell::types::AnyTypeEnum;
use inkwell::values::PointerValue;
use ir::{Map, MapSlot};

use crate::debug::{Debug, DebugType};
use crate::declare::Declared;
use crate::{Error, Result};

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
