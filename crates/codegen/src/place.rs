//! Memory: addresses of places, loads, stores, zeroing and copying.

use inkwell::types::IntType;
use inkwell::values::{BasicValue, BasicValueEnum, IntValue, PointerValue};
use ir::{Place, Region, Type};

use crate::function::{Lowering, STACK_ALIGN};
use crate::{Error, Result};

/// So many words are copied or cleared by instructions of their own.
const MAX_WORDS: u64 = 128;

impl<'c> Lowering<'_, 'c, '_> {
    pub(crate) fn type_of(&self, place: &Place) -> Result<Type> {
        place
            .ty(self.d.module, self.function)
            .ok_or_else(|| Error::Llvm("a place that does not exist".to_owned()))
    }

    /// The address of a place and what it is known to be aligned to.
    pub(crate) fn address(&mut self, place: &Place) -> Result<(PointerValue<'c>, u64)> {
        if place.region().is_foreign() {
            return Ok((self.foreign_address(place)?, 1));
        }
        match place {
            Place::Local(id) => Ok((self.local(*id)?, u64::from(STACK_ALIGN))),
            Place::Global(id) => {
                let variable = self.d.globals.get(id.0 as usize);
                let variable = variable.ok_or_else(|| Error::Llvm("no such global".to_owned()))?;
                Ok((variable.as_pointer_value(), 8))
            }
            Place::Deref(pointer) => {
                let align = self.align_behind(pointer, &self.type_of(place)?);
                Ok((self.pointer(pointer)?, align))
            }
            Place::Field(base, index) => {
                let Type::Struct(id) = self.type_of(base)? else {
                    return Err(Error::Llvm("a member of no struct".to_owned()));
                };
                let laid = self.d.module.struct_(id);
                let field = laid.fields.get(*index as usize);
                let offset = field.map_or(0, |field| field.offset);
                let (base, align) = self.address(base)?;
                let offset_value = self.d.context.i64_type().const_int(offset, false);
                let address = self.offset(base, offset_value)?;
                Ok((address, align_at(align, offset)))
            }
            Place::Index(base, index) => {
                let element = self.type_of(place)?;
                let size = element.size(self.d.module);
                let (base, align) = self.address(base)?;
                let index = self.int(index)?;
                let size_value = self.d.context.i64_type().const_int(size, false);
                let offset = self.builder.build_int_mul(index, size_value, "offset")?;
                let address = self.offset(base, offset)?;
                Ok((address, align_at(align, size)))
            }
            Place::Context(context, offset, _) => {
                let context = self.pointer(context)?;
                let base = self.fixed(context)?;
                let offset_value = self.d.context.i64_type().const_int(u64::from(*offset), false);
                let address = self.offset(base, offset_value)?;
                Ok((address, align_at(8, u64::from(*offset))))
            }
            Place::Part(base, start, _) => {
                let (base, align) = self.address(base)?;
                let start = u64::from(*start);
                let address =
                    self.offset(base, self.d.context.i64_type().const_int(start, false))?;
                Ok((address, align_at(align, start)))
            }
        }
    }

    /// What the memory behind a pointer is aligned to. The kernel aligns the
    /// values of maps to 8, and no type lies within itself: a pointer to the
    /// map's whole value type points to its start.
    fn align_behind(&self, pointer: &ir::Expr, ty: &Type) -> u64 {
        let whole = match pointer.ptr_type().map(|ptr| ptr.region) {
            Some(Region::MapValue(id)) => self.d.module.map(id).value.as_ref() == Some(ty),
            _ => false,
        };
        if whole { 8 } else { ty.align(self.d.module) }
    }

    pub(crate) fn offset(
        &self,
        base: PointerValue<'c>,
        offset: IntValue<'c>,
    ) -> Result<PointerValue<'c>> {
        let bytes = self.d.context.i8_type();
        // SAFETY: the IR's rules keep the offset inside the memory that the
        // base points to.
        Ok(unsafe { self.builder.build_in_bounds_gep(bytes, base, &[offset], "") }?)
    }

    /// Reads a scalar; a constant global is read anew each time, as user
    /// space may set it before the program is loaded.
    pub(crate) fn load(&mut self, place: &Place, ty: &Type) -> Result<BasicValueEnum<'c>> {
        if place.region().is_foreign() {
            return self.foreign_load(place, ty);
        }
        let (address, align) = self.address(place)?;
        let memory_type = match ty {
            Type::Bool => self.d.context.i8_type().into(),
            ty => self.d.register_type(ty)?,
        };
        let value = self.builder.build_load(memory_type, address, "")?;
        if let Some(load) = value.as_instruction_value() {
            load.set_alignment(align as u32).map_err(|error| Error::Llvm(error.to_string()))?;
            if self.is_constant_global(place) || place.region() == Region::Socket {
                load.set_volatile(true).map_err(|error| Error::Llvm(error.to_string()))?;
            }
        }
        let value = self.d.apart.keep(&self.builder, place.region(), value)?;
        match (ty, value) {
            (Type::Bool, BasicValueEnum::IntValue(byte)) => {
                let zero = byte.get_type().const_zero();
                let test = inkwell::IntPredicate::NE;
                Ok(self.builder.build_int_compare(test, byte, zero, "")?.into())
            }
            (_, value) => Ok(value),
        }
    }

    pub(crate) fn is_constant_global(&self, place: &Place) -> bool {
        let mut base = place;
        while let Place::Field(inner, _) | Place::Index(inner, _) | Place::Part(inner, ..) = base {
            base = inner;
        }
        matches!(base, Place::Global(id) if !self.d.module.global(*id).mutable)
    }

    /// Writes a scalar.
    pub(crate) fn store(
        &self,
        address: PointerValue<'c>,
        ty: &Type,
        value: BasicValueEnum<'c>,
        align: u64,
    ) -> Result<()> {
        let value = match (ty, value) {
            (Type::Bool, BasicValueEnum::IntValue(bit)) => {
                let byte = self.d.context.i8_type();
                self.builder.build_int_z_extend(bit, byte, "")?.into()
            }
            (_, value) => value,
        };
        let store = self.builder.build_store(address, value)?;
        store.set_alignment(align as u32).map_err(|error| Error::Llvm(error.to_string()))
    }

    pub(crate) fn zero(&mut self, place: &Place) -> Result<()> {
        let size = self.type_of(place)?.size(self.d.module);
        let (address, align) = self.address(place)?;
        self.clear(address, align, size)
    }

    /// Zeroes some bytes of a place.
    pub(crate) fn zero_part(&mut self, place: &Place, start: u32, len: u32) -> Result<()> {
        let (address, align) = self.address(place)?;
        let offset = self.d.context.i64_type().const_int(u64::from(start), false);
        let address = self.offset(address, offset)?;
        self.clear(address, align_at(align, u64::from(start)), u64::from(len))
    }

    fn clear(&mut self, address: PointerValue<'c>, align: u64, size: u64) -> Result<()> {
        if is_long(size, align) {
            return self.each_word(size, align, |body, word, offset| {
                let target = body.offset(address, offset)?;
                body.put(target, word.const_zero())
            });
        }
        if size > 0 {
            let zero = self.d.context.i8_type().const_zero();
            let size = self.d.context.i64_type().const_int(size, false);
            self.builder.build_memset(address, align as u32, zero, size)?;
        }
        Ok(())
    }

    pub(crate) fn copy(&mut self, to: &Place, from: &Place) -> Result<()> {
        let size = self.type_of(to)?.size(self.d.module);
        let (to, to_align) = self.address(to)?;
        if from.region().is_foreign() {
            return self.foreign_copy(to, from, size);
        }
        let (from, from_align) = self.address(from)?;
        let align = to_align.min(from_align);
        if is_long(size, align) {
            return self.each_word(size, align, |body, word, offset| {
                let source = body.offset(from, offset)?;
                let value = body.builder.build_load(word, source, "")?.into_int_value();
                body.put(body.offset(to, offset)?, value)
            });
        }
        if size > 0 {
            let size = self.d.context.i64_type().const_int(size, false);
            self.builder.build_memcpy(to, to_align as u32, from, from_align as u32, size)?;
        }
        Ok(())
    }

    /// A loop over the words of memory that is too large to be handled in one
    /// go: LLVM would call a function for it, and BPF has none.
    fn each_word(
        &mut self,
        size: u64,
        align: u64,
        step: impl Fn(&Self, IntType<'c>, IntValue<'c>) -> Result<()>,
    ) -> Result<()> {
        let width = align.clamp(1, 8);
        let word = self.d.int_type(width as u32 * 8)?;
        let i64_type = self.d.context.i64_type();
        let number = |value: u64| i64_type.const_int(value, false);
        let before = self.here()?;
        let turn = self.new_block("word");
        let after = self.new_block("after");
        self.builder.build_unconditional_branch(turn)?;
        self.go_to(turn);
        let offset = self.builder.build_phi(i64_type, "offset")?;
        let at = offset.as_basic_value().into_int_value();
        step(self, word, self.hidden(at)?)?;
        let next = self.builder.build_int_add(at, number(width), "")?;
        offset.add_incoming(&[(&number(0), before), (&next, turn)]);
        let more = inkwell::IntPredicate::ULT;
        let more = self.builder.build_int_compare(more, next, number(size), "")?;
        self.builder.build_conditional_branch(more, turn, after)?;
        self.go_to(after);
        Ok(())
    }

    /// A store that LLVM leaves alone.
    fn put(&self, target: PointerValue<'c>, value: IntValue<'c>) -> Result<()> {
        let store = self.builder.build_store(target, value)?;
        store.set_volatile(true).map_err(|error| Error::Llvm(error.to_string()))?;
        let width = value.get_type().get_bit_width() / 8;
        store.set_alignment(width).map_err(|error| Error::Llvm(error.to_string()))
    }

    /// Writes a text and zeroes behind it, in pieces as large as the
    /// alignment allows.
    pub(crate) fn store_text(&mut self, place: &Place, text: &[u8]) -> Result<()> {
        let size = self.type_of(place)?.size(self.d.module) as usize;
        let (address, align) = self.address(place)?;
        let mut bytes = text.to_vec();
        bytes.resize(size, 0);
        for (at, piece) in pieces(align, size) {
            let mut word = [0u8; 8];
            word[..piece].copy_from_slice(&bytes[at..at + piece]);
            let int = self.d.int_type(piece as u32 * 8)?;
            let value = int.const_int(u64::from_le_bytes(word), false);
            let offset = self.d.context.i64_type().const_int(at as u64, false);
            let target = self.offset(address, offset)?;
            let store = self.builder.build_store(target, value)?;
            store.set_alignment(piece as u32).map_err(|error| Error::Llvm(error.to_string()))?;
        }
        Ok(())
    }
}

/// Whether memory has more words than LLVM handles one by one.
fn is_long(size: u64, align: u64) -> bool {
    size / align.clamp(1, 8) > MAX_WORDS
}

/// Offsets and sizes of the words that some bytes are moved or compared in: as
/// large as the alignment allows.
pub(crate) fn pieces(align: u64, size: usize) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < size {
        let room = align_at(align, at as u64).min(8) as usize;
        let piece = [8, 4, 2, 1].into_iter().find(|n| *n <= room && at + n <= size).unwrap_or(1);
        pieces.push((at, piece));
        at += piece;
    }
    pieces
}

/// The alignment at an offset from something aligned.
fn align_at(align: u64, offset: u64) -> u64 {
    if offset == 0 { align } else { align.min(1 << offset.trailing_zeros()) }
}

#[cfg(test)]
mod tests {
    use super::{align_at, pieces};

    #[test]
    fn words_are_as_large_as_the_alignment_allows() {
        assert_eq!(pieces(8, 13), [(0, 8), (8, 4), (12, 1)]);
        assert_eq!(pieces(2, 5), [(0, 2), (2, 2), (4, 1)]);
        assert_eq!(pieces(1, 2), [(0, 1), (1, 1)]);
    }

    #[test]
    fn alignment_shrinks_with_the_offset() {
        assert_eq!(
            [align_at(8, 0), align_at(8, 16), align_at(8, 12), align_at(8, 3)],
            [8, 8, 4, 1]
        );
    }
}
