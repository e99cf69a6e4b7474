//! Several members of a struct of the kernel by one read.
//!
//! The loader finds where each lies. The copy starts at the first of them and is as
//! long as the kernel that the program was built with has them apart; whether the
//! running kernel has them so close, and its struct the bytes, is asked of numbers
//! that the verifier knows, so that it walks through one of the two ways and the
//! kernel removes the other.

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::IntValue;
use ir::{Gather, Place, Region};

use super::{Path, Reached};
use crate::core_relocation::{Kind, Question};
use crate::function::Lowering;
use crate::{Error, Result};

impl<'c> Lowering<'_, 'c, '_> {
    /// Reads members of a struct of the kernel.
    pub(crate) fn gather(&mut self, gather: &Gather) -> Result<()> {
        let nothing = || Error::Llvm("nothing is gathered".to_owned());
        let (root, _) = self.root_of(gather.from.first().ok_or_else(nothing)?)?;
        let mut reached = Vec::new();
        for place in &gather.from {
            reached.push(self.reach(place, root)?);
        }
        let apart = self.new_block("apart");
        let after = self.new_block("after");
        let start = self.start(&reached)?;
        self.close(gather, &reached, start, apart)?;
        let (buffer, _) = self.address(&gather.buffer)?;
        let from = self.relocated(root, start)?;
        self.probe(Region::Kernel, buffer, self.number(gather.size), from)?;
        for (index, one) in reached.iter().enumerate() {
            // Asked again, as numbers that live across the call take registers.
            let at = self.place_of(path(one)?, true)?;
            let distance = self.builder.build_int_sub(at, start, "distance")?;
            let from = self.offset(buffer, distance)?;
            let align = one.ty.size(self.d.module) as u32;
            let value = self.load_foreign(from, align, &one.ty, Region::Stack)?;
            self.put_gathered(&gather.to, index, one, value)?;
        }
        self.builder.build_unconditional_branch(after)?;
        self.go_to(apart);
        for (index, (place, one)) in gather.from.iter().zip(&reached).enumerate() {
            let value = self.foreign_read(place, root, &one.ty)?;
            self.put_gathered(&gather.to, index, one, value)?;
        }
        self.builder.build_unconditional_branch(after)?;
        self.go_to(after);
        Ok(())
    }

    /// Goes on at `apart` where the struct has not all the bytes of the copy, or one
    /// of the members does not lie in it.
    fn close(
        &mut self,
        gather: &Gather,
        reached: &[Reached<'c>],
        start: IntValue<'c>,
        apart: BasicBlock<'c>,
    ) -> Result<()> {
        let of = path(first(reached)?)?.from;
        let whole = self.ask_type(of, Kind::TypeSize, self.d.module.struct_(of).size)?;
        let end = self.builder.build_int_add(start, self.number(gather.size), "end")?;
        self.go_on_if(IntPredicate::ULE, end, whole, apart)?;
        let lowest = path(first(reached)?)?.offset;
        for one in reached {
            let path = path(one)?;
            if path.offset == lowest {
                continue;
            }
            let at = self.place_of(path, false)?;
            let distance = self.builder.build_int_sub(at, start, "distance")?;
            let last = gather.size.saturating_sub(one.ty.size(self.d.module));
            self.go_on_if(IntPredicate::ULE, distance, self.number(last), apart)?;
        }
        Ok(())
    }

    /// Where a member lies; `here` as with [`Lowering::answer`].
    fn place_of(&self, path: &Path, here: bool) -> Result<IntValue<'c>> {
        let name = self.d.module.struct_(path.from).name.as_str();
        let (ty, value) = (self.struct_type(path.from)?, path.offset.into());
        let question = Question { kind: Kind::FieldOffset, ty, name, path: &path.numbers, value };
        if here { self.answer(&question, true) } else { self.ask(&question) }
    }

    /// Where the copy starts: at the first member, but so that each lies in the copy
    /// as well aligned as in the struct, as the verifier wants it on the stack.
    fn start(&self, reached: &[Reached<'c>]) -> Result<IntValue<'c>> {
        let first = first(reached)?;
        let start = self.place_of(path(first)?, false)?;
        let size = |one: &Reached<'c>| one.ty.size(self.d.module);
        let align = reached.iter().map(size).max().unwrap_or(1);
        if size(first) == align {
            return Ok(start);
        }
        let mask = self.number(!align.saturating_sub(1));
        Ok(self.builder.build_and(start, mask, "start")?)
    }

    fn go_on_if(
        &self,
        test: IntPredicate,
        left: IntValue<'c>,
        right: IntValue<'c>,
        otherwise: BasicBlock<'c>,
    ) -> Result<()> {
        let holds = self.builder.build_int_compare(test, left, right, "")?;
        let next = self.new_block("close");
        self.builder.build_conditional_branch(holds, next, otherwise)?;
        self.go_to(next);
        Ok(())
    }

    fn put_gathered(
        &mut self,
        to: &Place,
        index: usize,
        of: &Reached<'c>,
        value: inkwell::values::BasicValueEnum<'c>,
    ) -> Result<()> {
        let (address, align) = self.address(&to.clone().field(index))?;
        self.store(address, &of.ty, value, align)
    }
}

fn path<'r>(reached: &'r Reached<'_>) -> Result<&'r Path> {
    let path = reached.path.as_ref();
    path.ok_or_else(|| Error::Llvm("what is gathered is no member".to_owned()))
}

/// The member that comes first, of several there the largest.
fn first<'r, 'c>(reached: &'r [Reached<'c>]) -> Result<&'r Reached<'c>> {
    let at = |one: &&Reached<'c>| one.path.as_ref().map(|path| path.offset);
    let first = reached.iter().min_by_key(at);
    first.ok_or_else(|| Error::Llvm("nothing is gathered".to_owned()))
}
