//! Loops whose end is not a constant: turns that a hidden count bounds, and
//! the kernel's iterator over numbers.

use inkwell::module::Module;
use inkwell::types::FunctionType;
use inkwell::values::{
    BasicMetadataValueEnum, BasicValueEnum, FunctionValue, IntValue, PointerValue,
};
use inkwell::{AddressSpace, basic_block::BasicBlock};
use ir::{Bound, LocalId, Place, Stmt, StmtKind, Type};

use crate::debug::DebugType;
use crate::declare::Declared;
use crate::function::{Loop, Lowering, STACK_ALIGN};
use crate::{Error, Result};

/// The kernel's `struct bpf_iter_num`, which programs do not look into.
const ITERATOR: &str = "bpf_iter_num";
const ITERATOR_SIZE: u64 = 8;
/// Where libbpf looks for functions of the kernel.
pub(crate) const KSYMS: &str = ".ksyms";

/// The kernel's functions of the iterator over numbers.
#[derive(Clone, Copy)]
pub(crate) struct Iterators<'c> {
    new: FunctionValue<'c>,
    next: FunctionValue<'c>,
    destroy: FunctionValue<'c>,
}

/// Declares the functions if a loop of the module uses them.
pub(crate) fn declare<'c>(declared: &Declared<'c, '_>, llvm: &Module<'c>) -> Option<Iterators<'c>> {
    if !declared.module.functions.iter().any(|function| uses_iterator(&function.body)) {
        return None;
    }
    let debug = &declared.debug;
    let opaque = debug.array(debug.unsigned_long(), 64, 1);
    let state = debug.aggregate(ITERATOR, &[("__opaque", opaque, 64, 0)], 64, 0);
    let (state, int) = (debug.pointer(Some(state)), debug.int());
    let number = debug.pointer(Some(int));
    let (pointer, word) =
        (declared.context.ptr_type(AddressSpace::default()), declared.context.i32_type());
    let add = |name: &str, ty: FunctionType<'c>, types: &[Option<DebugType>]| {
        let function = llvm.add_function(&format!("{ITERATOR}_{name}"), ty, None);
        function.set_section(Some(KSYMS));
        debug.extern_function(function, &format!("{ITERATOR}_{name}"), types);
        function
    };
    let (p, i) = (pointer.into(), word.into());
    Some(Iterators {
        new: add(
            "new",
            word.fn_type(&[p, i, i], false),
            &[Some(int), Some(state), Some(int), Some(int)],
        ),
        next: add("next", pointer.fn_type(&[p], false), &[Some(number), Some(state)]),
        destroy: add(
            "destroy",
            declared.context.void_type().fn_type(&[p], false),
            &[None, Some(state)],
        ),
    })
}

fn uses_iterator(stmts: &[Stmt]) -> bool {
    let mut found = false;
    ir::each_stmt(stmts, &mut |stmt| {
        found |= matches!(stmt.kind, StmtKind::Loop { bound: Bound::Iterator, .. });
    });
    found
}

/// The parts of a loop that is being lowered.
struct Parts<'c> {
    turn: BasicBlock<'c>,
    ended: BasicBlock<'c>,
    iterator: Option<PointerValue<'c>>,
}

impl<'c> Lowering<'_, 'c, '_> {
    pub(crate) fn loop_(
        &mut self,
        index: LocalId,
        test: &ir::Expr,
        body: &[Stmt],
        orelse: &[Stmt],
        bound: Bound,
    ) -> Result<()> {
        let count = self.local(index)?;
        let i64_type = self.d.context.i64_type();
        let blocks = ["head", "asked", "turn", "next", "ended", "broken", "after"];
        let [head, asked, turn, next, ended, broken, after] =
            blocks.map(|name| self.new_block(name));
        self.builder.build_store(count, i64_type.const_zero())?;
        let parts = Parts { turn: asked, ended, iterator: self.start_iterator(bound, body)? };
        self.builder.build_unconditional_branch(head)?;
        self.go_to(head);
        self.next_turn(count, bound, &parts)?;
        self.go_to(asked);
        self.branch(test, turn, ended)?;
        self.go_to(turn);
        self.loops.push(Loop { after: broken, next, iterator: parts.iterator });
        self.block(body)?;
        self.loops.pop();
        self.jump(next)?;
        self.go_to(next);
        self.end_turn(count, bound, head, ended)?;
        self.go_to(ended);
        self.end_iterator(parts.iterator)?;
        self.block(orelse)?;
        self.jump(after)?;
        self.go_to(broken);
        self.end_iterator(parts.iterator)?;
        self.builder.build_unconditional_branch(after)?;
        self.go_to(after);
        Ok(())
    }

    /// Goes to the turn if an iterator leaves one, else to the end.
    fn next_turn(
        &mut self,
        count: PointerValue<'c>,
        bound: Bound,
        parts: &Parts<'c>,
    ) -> Result<()> {
        let i64_type = self.d.context.i64_type();
        match bound {
            Bound::Seen(_) | Bound::Turns(_) => {
                self.builder.build_unconditional_branch(parts.turn)?;
            }
            Bound::Iterator => {
                let functions = self.iterators()?;
                let Some(iterator) = parts.iterator else { return Ok(()) };
                let call = self.builder.build_call(functions.next, &[iterator.into()], "number")?;
                let none = || Error::Llvm("an iterator without a result".to_owned());
                let number =
                    call.try_as_basic_value().basic().ok_or_else(none)?.into_pointer_value();
                let there = self.new_block("there");
                let found = self.builder.build_is_not_null(number, "found")?;
                self.builder.build_conditional_branch(found, there, parts.ended)?;
                self.go_to(there);
                let word = self.d.context.i32_type();
                let number = self.builder.build_load(word, number, "number")?.into_int_value();
                let number = self.builder.build_int_z_extend(number, i64_type, "turns")?;
                self.builder.build_store(count, number)?;
                self.builder.build_unconditional_branch(parts.turn)?;
            }
        }
        Ok(())
    }

    /// Counts a turn, and goes on if the count shows that there may be more.
    fn end_turn(
        &self,
        count: PointerValue<'c>,
        bound: Bound,
        head: BasicBlock<'c>,
        ended: BasicBlock<'c>,
    ) -> Result<()> {
        if bound == Bound::Iterator {
            self.builder.build_unconditional_branch(head)?;
            return Ok(());
        }
        let i64_type = self.d.context.i64_type();
        let old = self.builder.build_load(i64_type, count, "turns")?.into_int_value();
        let new = self.builder.build_int_add(old, i64_type.const_int(1, false), "turns")?;
        self.builder.build_store(count, new)?;
        match bound {
            Bound::Turns(most) => {
                let left = self.below(new, most)?;
                self.builder.build_conditional_branch(left, head, ended)?;
            }
            Bound::Seen(_) | Bound::Iterator => {
                self.builder.build_unconditional_branch(head)?;
            }
        }
        Ok(())
    }

    /// Whether a count is below a limit. LLVM must not know that this is what
    /// is asked, or it makes another test of it that the verifier does not
    /// follow.
    fn below(&self, count: IntValue<'c>, limit: u64) -> Result<IntValue<'c>> {
        let limit = self.d.context.i64_type().const_int(limit, false);
        let call = self.builder.build_call(self.d.below, &[count.into(), limit.into()], "left")?;
        match call.try_as_basic_value().basic() {
            Some(BasicValueEnum::IntValue(left)) => Ok(left),
            _ => Err(Error::Llvm("a test without a result".to_owned())),
        }
    }

    fn iterators(&self) -> Result<Iterators<'c>> {
        self.d.iterators.ok_or_else(|| Error::Llvm("an iterator that is not declared".to_owned()))
    }

    fn start_iterator(&mut self, bound: Bound, body: &[Stmt]) -> Result<Option<PointerValue<'c>>> {
        if bound != Bound::Iterator {
            return Ok(None);
        }
        let slot = self.slot(ITERATOR_SIZE, "iterator")?;
        let word = self.d.context.i32_type();
        let args: [BasicMetadataValueEnum<'c>; 3] = [
            slot.into(),
            word.const_zero().into(),
            word.const_int(Bound::MAX_ITERATIONS, false).into(),
        ];
        let call = self.builder.build_call(self.iterators()?.new, &args, "zero")?;
        if let Some(zero) = call.try_as_basic_value().basic() {
            self.blur(body, zero.into_int_value())?;
        }
        Ok(Some(slot))
    }

    /// Adds a zero that the verifier does not know to the numbers that a loop
    /// changes. What it knows of a number it follows turn by turn, and a loop
    /// that counts in one would have no end for it.
    fn blur(&mut self, body: &[Stmt], zero: IntValue<'c>) -> Result<()> {
        let mut changed = Vec::new();
        ir::each_stmt_within(body, &mut |stmt| {
            if let StmtKind::Store(Place::Local(id), _) = stmt.kind
                && !changed.contains(&id)
            {
                changed.push(id);
            }
        });
        for id in changed {
            let ty = self.function.local(id).ty.clone();
            let Type::Int(int) = ty else { continue };
            let slot = self.local(id)?;
            let register = self.d.int_type(u32::from(int.bits))?;
            let old = self.builder.build_load(register, slot, "known")?.into_int_value();
            let zero = self.builder.build_int_cast_sign_flag(zero, register, true, "zero")?;
            let new = self.builder.build_int_add(old, zero, "unknown")?;
            self.store(slot, &ty, new.into(), u64::from(STACK_ALIGN))?;
            self.mirror(id, &ty, new.into())?;
        }
        Ok(())
    }

    fn end_iterator(&self, iterator: Option<PointerValue<'c>>) -> Result<()> {
        if let Some(iterator) = iterator {
            self.builder.build_call(self.iterators()?.destroy, &[iterator.into()], "")?;
        }
        Ok(())
    }

    /// Ends the iterators of all loops around, for a `return`.
    pub(crate) fn end_iterators(&self) -> Result<()> {
        self.loops.iter().rev().try_for_each(|one| self.end_iterator(one.iterator))
    }

    /// Goes to the block unless control went elsewhere already.
    pub(crate) fn jump(&self, block: BasicBlock<'c>) -> Result<()> {
        if !self.is_done() {
            self.builder.build_unconditional_branch(block)?;
        }
        Ok(())
    }
}
