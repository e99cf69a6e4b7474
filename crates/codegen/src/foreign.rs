//! Memory of the kernel and of user space: the way to a member is a
//! relocation, and the region says how it is read.

mod gather;

use inkwell::types::IntType;
use inkwell::values::{BasicValue, BasicValueEnum, IntValue, PointerValue};
use ir::{EnumFact, Expr, FieldFact, Place, Query, Region, Shape, StructId, Type, TypeFact};

use crate::core_relocation::{Kind, Question};
use crate::debug::DebugType;
use crate::function::{Lowering, STACK_ALIGN};
use crate::{Error, Result};

/// The helpers that read memory of the kernel and of user space.
const PROBE_READ_KERNEL: u64 = 113;
const PROBE_READ_USER: u64 = 112;

/// Where a path through memory has come.
struct Reached<'c> {
    /// Where its last relocation starts.
    base: PointerValue<'c>,
    /// The relocation; none where the base is the place itself.
    path: Option<Path>,
    ty: Type,
    shape: Shape,
}

/// Members and elements from the start of a type.
struct Path {
    from: StructId,
    numbers: String,
    offset: u64,
}

impl<'c> Lowering<'_, 'c, '_> {
    /// The address of a place in memory of the kernel or of user space.
    pub(crate) fn foreign_address(&mut self, place: &Place) -> Result<PointerValue<'c>> {
        let (root, _) = self.root_of(place)?;
        self.foreign_address_from(place, root)
    }

    /// The same from the pointer that it starts from.
    pub(crate) fn foreign_address_from(
        &mut self,
        place: &Place,
        root: PointerValue<'c>,
    ) -> Result<PointerValue<'c>> {
        let reached = self.reach(place, root)?;
        self.arrive(&reached)
    }

    /// The pointer that a place starts from, and whether the verifier wants a test
    /// of it for null first.
    pub(crate) fn root_of(&mut self, place: &Place) -> Result<(PointerValue<'c>, bool)> {
        let root = self.foreign_root(place)?;
        let is_optional =
            root.ptr_type().is_some_and(|ptr| ptr.region == Region::Trusted && ptr.nullable);
        Ok((self.pointer(root)?, is_optional))
    }

    fn foreign_root<'p>(&self, place: &'p Place) -> Result<&'p Expr> {
        place.root().ok_or_else(|| Error::Llvm("kernel memory without an address".to_owned()))
    }

    /// Follows a place from the pointer that it starts from.
    fn reach(&mut self, place: &Place, root: PointerValue<'c>) -> Result<Reached<'c>> {
        match place {
            Place::Field(base, index) => {
                let from = self.reach(base, root)?;
                self.member(from, *index)
            }
            Place::Index(base, index) => {
                let from = self.reach(base, root)?;
                self.element(from, index)
            }
            Place::Part(base, start, len) => {
                let from = self.reach(base, root)?;
                let base = self.offset(self.arrive(&from)?, self.number((*start).into()))?;
                Ok(Reached { base, path: None, ty: Type::Str(*len), shape: Shape::Plain })
            }
            _ => {
                let ty = self.type_of(place)?;
                Ok(Reached { base: root, path: None, ty, shape: Shape::Plain })
            }
        }
    }

    /// The address that was reached.
    fn arrive(&self, reached: &Reached<'c>) -> Result<PointerValue<'c>> {
        match &reached.path {
            None => Ok(reached.base),
            Some(path) => {
                let distance = self.ask_field(path, Kind::FieldOffset, path.offset)?;
                self.relocated(reached.base, distance)
            }
        }
    }

    fn member(&mut self, from: Reached<'c>, index: u32) -> Result<Reached<'c>> {
        let missing = || Error::Llvm("a member that does not exist".to_owned());
        let Type::Struct(id) = from.ty else { return Err(missing()) };
        let laid = self.d.module.struct_(id);
        let field = laid.fields.get(index as usize).ok_or_else(missing)?;
        let (ty, shape) = (field.ty.clone(), field.shape);
        if laid.kernel.is_none() {
            let base = self.offset(self.arrive(&from)?, self.number(field.offset))?;
            return Ok(Reached { base, path: None, ty, shape });
        }
        let order = laid.in_order();
        let number = order.iter().position(|at| *at == index as usize).ok_or_else(missing)?;
        let start = || Path { from: id, numbers: "0".to_owned(), offset: 0 };
        let mut path = from.path.unwrap_or_else(start);
        path.numbers.push_str(&format!(":{number}"));
        path.offset = path.offset.saturating_add(field.offset);
        Ok(Reached { base: from.base, path: Some(path), ty, shape })
    }

    fn element(&mut self, from: Reached<'c>, index: &Expr) -> Result<Reached<'c>> {
        let element = match &from.ty {
            Type::Array(element, _) => (**element).clone(),
            Type::Str(_) => Type::Int(ir::IntType::U8),
            _ => return Err(Error::Llvm("an element of no array".to_owned())),
        };
        let size = element.size(self.d.module);
        let shape = from.shape;
        if let (Some(at), Some(_)) = (index.as_const(), &from.path) {
            let mut reached = Reached { ty: element, ..from };
            if let Some(path) = &mut reached.path {
                path.numbers.push_str(&format!(":{at}"));
                path.offset = path.offset.saturating_add(size.saturating_mul(at as u64));
            }
            return Ok(reached);
        }
        let start = self.arrive(&from)?;
        let step = match &element {
            Type::Struct(id) if self.d.module.struct_(*id).kernel.is_some() => {
                self.ask_type(*id, Kind::TypeSize, size)?
            }
            _ => self.number(size),
        };
        let index = self.int(index)?;
        let offset = self.builder.build_int_mul(index, step, "offset")?;
        Ok(Reached { base: self.offset(start, offset)?, path: None, ty: element, shape })
    }

    fn struct_type(&self, id: StructId) -> Result<DebugType> {
        let known = self.d.debug.structs.get(&id).copied();
        known.ok_or_else(|| Error::Llvm("a kernel type that is not declared".to_owned()))
    }

    fn ask_type(&self, id: StructId, kind: Kind, value: u64) -> Result<IntValue<'c>> {
        let name = self.d.module.struct_(id).name.as_str();
        let ty = self.struct_type(id)?;
        self.ask(&Question { kind, ty, name, path: "0", value: value.into() })
    }

    fn ask_field(&self, path: &Path, kind: Kind, value: u64) -> Result<IntValue<'c>> {
        let name = self.d.module.struct_(path.from).name.as_str();
        let ty = self.struct_type(path.from)?;
        self.ask(&Question { kind, ty, name, path: &path.numbers, value: value.into() })
    }

    /// A question that is answered at load.
    pub(crate) fn query(&mut self, query: &Query) -> Result<IntValue<'c>> {
        match query {
            Query::Field(fact, place) => {
                let null = self.d.context.ptr_type(inkwell::AddressSpace::default()).const_null();
                let reached = self.reach(place, null)?;
                let path = reached.path.as_ref();
                let path = path.ok_or_else(|| Error::Llvm("a member of nothing".to_owned()))?;
                let size = reached.ty.size(self.d.module);
                match fact {
                    FieldFact::Exists => self.ask_field(path, Kind::FieldExists, 1),
                    FieldFact::Offset => self.ask_field(path, Kind::FieldOffset, path.offset),
                    FieldFact::Size => self.ask_field(path, Kind::FieldSize, size),
                }
            }
            Query::Type(TypeFact::Exists, id) => self.ask_type(*id, Kind::TypeExists, 1),
            Query::Type(TypeFact::Size, id) => {
                let size = self.d.module.struct_(*id).size;
                self.ask_type(*id, Kind::TypeSize, size)
            }
            Query::EnumType(name) => {
                let ty = self.d.debug.enumeration(name, &[], 32);
                self.ask(&Question { kind: Kind::TypeExists, ty, name, path: "0", value: 1 })
            }
            Query::Enum(fact, member) => {
                let (kind, value) = match fact {
                    EnumFact::Exists => (Kind::EnumExists, 1),
                    EnumFact::Value => (Kind::EnumValue, member.value),
                };
                let ty = self.d.debug.kernel_enum(member);
                self.ask(&Question { kind, ty, name: &member.of, path: "0", value })
            }
        }
    }

    /// Reads a scalar from memory of the kernel or of user space.
    pub(crate) fn foreign_load(&mut self, place: &Place, ty: &Type) -> Result<BasicValueEnum<'c>> {
        let (pointer, is_optional) = self.root_of(place)?;
        if !is_optional {
            return self.foreign_read(place, pointer, ty);
        }
        // The verifier wants the test where it knows the type.
        let (there, after) = (self.new_block("there"), self.new_block("after"));
        let found = self.builder.build_is_not_null(pointer, "found")?;
        let before = self.here()?;
        self.builder.build_conditional_branch(found, there, after)?;
        self.go_to(there);
        let value = self.foreign_read(place, pointer, ty)?;
        let end = self.here()?;
        self.builder.build_unconditional_branch(after)?;
        self.go_to(after);
        let register = self.d.register_type(ty)?;
        let zero = register.const_zero();
        let phi = self.builder.build_phi(register, "read")?;
        phi.add_incoming(&[(&value, end), (&zero, before)]);
        Ok(phi.as_basic_value())
    }

    fn foreign_read(
        &mut self,
        place: &Place,
        root: PointerValue<'c>,
        ty: &Type,
    ) -> Result<BasicValueEnum<'c>> {
        let reached = self.reach(place, root)?;
        if let (Shape::Bits { offset, size }, Some(path)) = (reached.shape, &reached.path) {
            return self.read_bits(place, &reached, path, ty, (offset, size));
        }
        let address = self.arrive(&reached)?;
        let size = ty.size(self.d.module);
        if place.is_direct() {
            return self.load_foreign(address, size as u32, ty, place.region());
        }
        let slot = self.spill_slot(size)?;
        self.probe(place.region(), slot, self.number(size), address)?;
        self.load_foreign(slot, STACK_ALIGN, ty, Region::Stack)
    }

    /// Loads a scalar as the kernel has it, through a pointer of a region.
    fn load_foreign(
        &self,
        from: PointerValue<'c>,
        align: u32,
        ty: &Type,
        region: Region,
    ) -> Result<BasicValueEnum<'c>> {
        let memory_type = match ty {
            Type::Bool => self.d.context.i8_type().into(),
            ty => self.d.register_type(ty)?,
        };
        let value = self.builder.build_load(memory_type, from, "")?;
        if let Some(load) = value.as_instruction_value() {
            load.set_alignment(align).map_err(|error| Error::Llvm(error.to_string()))?;
        }
        let value = self.d.apart.keep(&self.builder, region, value)?;
        match (ty, value) {
            (Type::Bool, BasicValueEnum::IntValue(byte)) => {
                let zero = byte.get_type().const_zero();
                let test = inkwell::IntPredicate::NE;
                Ok(self.builder.build_int_compare(test, byte, zero, "")?.into())
            }
            (_, value) => Ok(value),
        }
    }

    /// A bit-field: the unit that it lies in, moved up and down, by as much as
    /// the loader finds.
    fn read_bits(
        &mut self,
        place: &Place,
        reached: &Reached<'c>,
        path: &Path,
        ty: &Type,
        (offset, size): (u64, u8),
    ) -> Result<BasicValueEnum<'c>> {
        let bytes = ty.size(self.d.module);
        let unit = self.d.int_type(bytes as u32 * 8)?;
        let signed = matches!(ty, Type::Int(int) if int.signed);
        let word = if place.is_direct() {
            let address = self.arrive(reached)?;
            let value = self.builder.build_load(unit, address, "")?;
            let value = self.d.apart.keep(&self.builder, place.region(), value)?;
            let value = value.into_int_value();
            let i64_type = self.d.context.i64_type();
            self.builder.build_int_cast_sign_flag(value, i64_type, false, "")?
        } else {
            self.probe_unit(place.region(), reached, path, bytes)?
        };
        // The unit may begin within another, where the kernel has it so.
        let within = offset % (bytes * 8);
        let up = 64u64.saturating_sub(within + u64::from(size));
        let down = 64u64.saturating_sub(size.into());
        let up = self.ask_field(path, Kind::ShiftLeft, up)?;
        let down = self.ask_field(path, Kind::ShiftRight, down)?;
        let word = self.builder.build_left_shift(word, up, "")?;
        let word = self.builder.build_right_shift(word, down, signed, "")?;
        Ok(self.narrow(word, unit)?.into())
    }

    fn narrow(&self, word: IntValue<'c>, to: IntType<'c>) -> Result<IntValue<'c>> {
        Ok(self.builder.build_int_cast_sign_flag(word, to, false, "")?)
    }

    /// The unit of a bit-field, read by a helper.
    fn probe_unit(
        &mut self,
        region: Region,
        reached: &Reached<'c>,
        path: &Path,
        bytes: u64,
    ) -> Result<IntValue<'c>> {
        let slot = self.spill_slot(8)?;
        self.builder.build_store(slot, self.number(0))?;
        let size = self.ask_field(path, Kind::FieldSize, bytes)?;
        let address = self.arrive(reached)?;
        self.probe(region, slot, size, address)?;
        let i64_type = self.d.context.i64_type();
        Ok(self.builder.build_load(i64_type, slot, "")?.into_int_value())
    }

    /// Copies an aggregate out of memory of the kernel or of user space.
    pub(crate) fn foreign_copy(
        &mut self,
        to: PointerValue<'c>,
        from: &Place,
        size: u64,
    ) -> Result<()> {
        let (pointer, is_optional) = self.root_of(from)?;
        let after = self.new_block("after");
        if is_optional {
            // A distance may not be added to what may be null.
            let (there, nowhere) = (self.new_block("there"), self.new_block("nowhere"));
            let found = self.builder.build_is_not_null(pointer, "found")?;
            self.builder.build_conditional_branch(found, there, nowhere)?;
            self.go_to(nowhere);
            let null = pointer.get_type().const_null();
            self.probe(from.region(), to, self.number(size), null)?;
            self.builder.build_unconditional_branch(after)?;
            self.go_to(there);
        }
        let reached = self.reach(from, pointer)?;
        let address = self.arrive(&reached)?;
        self.probe(from.region(), to, self.number(size), address)?;
        self.builder.build_unconditional_branch(after)?;
        self.go_to(after);
        Ok(())
    }

    /// A read by a helper, which clears what it cannot fill.
    fn probe(
        &self,
        region: Region,
        to: PointerValue<'c>,
        size: IntValue<'c>,
        from: PointerValue<'c>,
    ) -> Result<()> {
        let helper = if region == Region::User { PROBE_READ_USER } else { PROBE_READ_KERNEL };
        let i64_type = self.d.context.i64_type();
        let pointer = self.d.context.ptr_type(inkwell::AddressSpace::default());
        let ty = i64_type.fn_type(&[pointer.into(), i64_type.into(), pointer.into()], false);
        let address = self.number(helper).const_to_pointer(pointer);
        let args = [to.into(), size.into(), from.into()];
        self.builder.build_indirect_call(ty, address, &args, "")?;
        Ok(())
    }
}
