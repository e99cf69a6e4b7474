//! Questions about texts, without a call: BPF has no `memcmp` or `strlen`.
//!
//! A known text is compared in words as large as the alignment allows, each a
//! load and a jump. What depends on where a text ends is a loop over its bytes
//! with a constant bound, whose counter the verifier knows at each turn; so
//! also kernels that refuse an unknown offset into the stack take it.

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValue, BasicValueEnum, IntValue, PointerValue};
use ir::{Place, Region, TextOp, Type};

use crate::function::Lowering;
use crate::place::pieces;
use crate::{Error, Result};

/// A string in memory.
#[derive(Clone, Copy)]
struct Text<'c> {
    address: PointerValue<'c>,
    align: u64,
    size: u64,
    volatile: bool,
    /// What kind of pointer it is read through.
    region: Region,
}

/// A counter from 0 up to a bound, and the blocks around its turns.
struct Scan<'c> {
    head: BasicBlock<'c>,
    index: inkwell::values::PhiValue<'c>,
    /// Entered when the bound is reached; the scan goes on where it stood.
    ended: BasicBlock<'c>,
}

impl<'c> Lowering<'_, 'c, '_> {
    /// The answer as a value.
    pub(crate) fn text(&mut self, expr: &ir::Expr, op: &TextOp) -> Result<BasicValueEnum<'c>> {
        match op {
            TextOp::StartsWith(..) | TextOp::EndsWith(..) => self.test_value(expr),
            TextOp::Len(place, _) => {
                let text = self.text_in(place)?;
                Ok(self.text_len(text)?.into())
            }
            TextOp::Order(left, right) => {
                let (left, right) = (self.text_in(left)?, self.text_in(right)?);
                self.text_order(left, right)
            }
        }
    }

    /// Goes to one of two blocks, as the answer is.
    pub(crate) fn text_branch(
        &mut self,
        op: &TextOp,
        yes: BasicBlock<'c>,
        no: BasicBlock<'c>,
    ) -> Result<()> {
        match op {
            TextOp::StartsWith(place, bytes) => {
                let text = if place.is_direct() {
                    // At a wrong address lies nothing.
                    let missing = if bytes.iter().all(|byte| *byte == 0) { yes } else { no };
                    self.direct_text(place, missing)?
                } else {
                    self.text_in(place)?
                };
                for (at, piece) in pieces(text.align, bytes.len()) {
                    let next = self.new_block("same");
                    let mut word = [0u8; 8];
                    word[..piece].copy_from_slice(&bytes[at..at + piece]);
                    let offset = self.number(at as u64);
                    let found = self.word(text, offset, piece)?;
                    let wanted = found.get_type().const_int(u64::from_le_bytes(word), false);
                    self.go_if(IntPredicate::EQ, found, wanted, next, no)?;
                    self.go_to(next);
                }
            }
            TextOp::EndsWith(place, bytes) => {
                let text = self.text_in(place)?;
                let len = self.text_len(text)?;
                let size = self.number(bytes.len() as u64);
                let next = self.new_block("long");
                self.go_if(IntPredicate::UGE, len, size, next, no)?;
                self.go_to(next);
                let start = self.builder.build_int_sub(len, size, "start")?;
                for (at, byte) in bytes.iter().enumerate() {
                    let next = self.new_block("same");
                    let offset =
                        self.builder.build_int_add(start, self.number(at as u64), "offset")?;
                    let found = self.word(text, offset, 1)?;
                    let wanted = found.get_type().const_int(u64::from(*byte), false);
                    self.go_if(IntPredicate::EQ, found, wanted, next, no)?;
                    self.go_to(next);
                }
            }
            TextOp::Len(..) | TextOp::Order(..) => {
                return Err(Error::Llvm("a number where a test is needed".to_owned()));
            }
        }
        self.builder.build_unconditional_branch(yes)?;
        Ok(())
    }

    fn text_in(&mut self, place: &Place) -> Result<Text<'c>> {
        let Type::Str(size) = self.type_of(place)? else {
            return Err(Error::Llvm("a text where there is no string".to_owned()));
        };
        let (address, align) = self.address(place)?;
        let (volatile, region) = (self.is_constant_global(place), place.region());
        Ok(Text { address, align, size: u64::from(size), volatile, region })
    }

    /// A text of the kernel's, read where it lies; goes elsewhere where the pointer
    /// to its struct is null.
    fn direct_text(&mut self, place: &Place, missing: BasicBlock<'c>) -> Result<Text<'c>> {
        let Type::Str(size) = self.type_of(place)? else {
            return Err(Error::Llvm("a text where there is no string".to_owned()));
        };
        let (root, is_optional) = self.root_of(place)?;
        if is_optional {
            let there = self.new_block("there");
            let found = self.builder.build_is_not_null(root, "found")?;
            self.builder.build_conditional_branch(found, there, missing)?;
            self.go_to(there);
        }
        let address = self.foreign_address_from(place, root)?;
        // The verifier takes any width inside a text of the kernel's.
        let region = place.region();
        Ok(Text { address, align: 8, size: u64::from(size), volatile: false, region })
    }

    pub(crate) fn number(&self, value: u64) -> IntValue<'c> {
        self.d.context.i64_type().const_int(value, false)
    }

    /// Some bytes of a text, read at once.
    fn word(&self, text: Text<'c>, offset: IntValue<'c>, size: usize) -> Result<IntValue<'c>> {
        let address = self.offset(text.address, offset)?;
        let ty = self.d.int_type(size as u32 * 8)?;
        let value = self.builder.build_load(ty, address, "")?.into_int_value();
        if let Some(load) = value.as_instruction_value() {
            load.set_alignment(size as u32).map_err(|error| Error::Llvm(error.to_string()))?;
            load.set_volatile(text.volatile).map_err(|error| Error::Llvm(error.to_string()))?;
        }
        Ok(self.d.apart.keep(&self.builder, text.region, value.into())?.into_int_value())
    }

    /// A byte of a text whose end is looked for. Those of the stack are in registers
    /// or can be read at any time: LLVM would choose from what it asked all of them
    /// instead of going on at the end, with paths beyond number. It does nothing
    /// early that goes through a barrier.
    fn byte(&mut self, text: Text<'c>, at: IntValue<'c>) -> Result<IntValue<'c>> {
        let byte = self.word(text, at, 1)?;
        if text.region != Region::Stack {
            return Ok(byte);
        }
        let byte = self.builder.build_int_z_extend(byte, self.d.context.i64_type(), "")?;
        self.hidden(byte)
    }

    fn go_if(
        &self,
        predicate: IntPredicate,
        left: IntValue<'c>,
        right: IntValue<'c>,
        yes: BasicBlock<'c>,
        no: BasicBlock<'c>,
    ) -> Result<()> {
        let test = self.builder.build_int_compare(predicate, left, right, "")?;
        self.builder.build_conditional_branch(test, yes, no)?;
        Ok(())
    }

    /// Begins to count from 0 to a bound.
    fn scan(&mut self, bound: u64) -> Result<Scan<'c>> {
        let before = self.here()?;
        let (head, turn) = (self.new_block("scan"), self.new_block("byte"));
        let ended = self.new_block("ended");
        self.builder.build_unconditional_branch(head)?;
        self.go_to(head);
        let index = self.builder.build_phi(self.d.context.i64_type(), "index")?;
        index.add_incoming(&[(&self.number(0), before)]);
        let at = index.as_basic_value().into_int_value();
        self.go_if(IntPredicate::ULT, at, self.number(bound), turn, ended)?;
        self.go_to(turn);
        Ok(Scan { head, index, ended })
    }

    /// The next turn.
    fn scan_on(&self, scan: &Scan<'c>) -> Result<()> {
        let at = scan.index.as_basic_value().into_int_value();
        let next = self.builder.build_int_add(at, self.number(1), "next")?;
        scan.index.add_incoming(&[(&next, self.here()?)]);
        self.builder.build_unconditional_branch(scan.head)?;
        Ok(())
    }

    fn text_len(&mut self, text: Text<'c>) -> Result<IntValue<'c>> {
        let after = self.new_block("after");
        let more = self.new_block("more");
        let scan = self.scan(text.size)?;
        let at = scan.index.as_basic_value().into_int_value();
        let byte = self.byte(text, at)?;
        let found = self.here()?;
        self.go_if(IntPredicate::EQ, byte, byte.get_type().const_zero(), after, more)?;
        self.go_to(more);
        self.scan_on(&scan)?;
        self.go_to(scan.ended);
        self.builder.build_unconditional_branch(after)?;
        self.go_to(after);
        let len = self.builder.build_phi(self.d.context.i64_type(), "len")?;
        len.add_incoming(&[(&at, found), (&self.number(text.size), scan.ended)]);
        Ok(len.as_basic_value().into_int_value())
    }

    /// As C's `strncmp`, where a text may fill its memory without a NUL.
    fn text_order(&mut self, left: Text<'c>, right: Text<'c>) -> Result<BasicValueEnum<'c>> {
        let bound = left.size.min(right.size);
        let (same, more) = (self.new_block("same"), self.new_block("more"));
        let (differ, after) = (self.new_block("differ"), self.new_block("after"));
        let int = self.d.context.i32_type();
        let zero = int.const_zero();
        let scan = self.scan(bound)?;
        let at = scan.index.as_basic_value().into_int_value();
        let (a, b) = (self.word(left, at, 1)?, self.word(right, at, 1)?);
        self.go_if(IntPredicate::EQ, a, b, same, differ)?;
        self.go_to(same);
        self.go_if(IntPredicate::EQ, a, a.get_type().const_zero(), after, more)?;
        self.go_to(more);
        self.scan_on(&scan)?;

        self.go_to(differ);
        let a = self.builder.build_int_z_extend(a, int, "")?;
        let b = self.builder.build_int_z_extend(b, int, "")?;
        let difference = self.builder.build_int_sub(a, b, "")?;
        self.builder.build_unconditional_branch(after)?;

        // One text may go on behind where the other's memory ends.
        self.go_to(scan.ended);
        let rest = if left.size == right.size {
            zero
        } else {
            let longer = if left.size > bound { left } else { right };
            let byte = self.word(longer, self.number(bound), 1)?;
            let byte = self.builder.build_int_z_extend(byte, int, "")?;
            if left.size > bound { byte } else { self.builder.build_int_neg(byte, "")? }
        };
        self.builder.build_unconditional_branch(after)?;
        self.go_to(after);
        let order = self.builder.build_phi(int, "order")?;
        order.add_incoming(&[(&zero, same), (&difference, differ), (&rest, scan.ended)]);
        Ok(order.as_basic_value())
    }
}
