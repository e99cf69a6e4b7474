//! Function bodies: statements, control flow and the stack.

use std::collections::HashSet;

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::builder::Builder;
use inkwell::values::{BasicValueEnum, FunctionValue, IntValue, PointerValue};
use ir::{LocalId, Place, Stmt, StmtKind, Type};

use crate::debug::Scope;
use crate::declare::Declared;
use crate::mirror::Mirrors;
use crate::{Error, Result};

/// Everything on the stack is aligned to this.
pub(crate) const STACK_ALIGN: u32 = 8;

/// Where `break` and `continue` go.
pub(crate) struct Loop<'c> {
    pub after: BasicBlock<'c>,
    pub next: BasicBlock<'c>,
    /// What a `return` out of the loop must end.
    pub iterator: Option<PointerValue<'c>>,
}

/// Memory for an argument of a helper, free again after the statement.
struct Spill<'c> {
    size: u64,
    slot: PointerValue<'c>,
    busy: bool,
}

/// The one way out of a function. LLVM lays blocks out as they come: where each
/// `return` had its own, the first would stand in the middle of the code, with
/// jumps around it and back to it.
#[derive(Clone, Copy)]
struct Leave<'c> {
    block: BasicBlock<'c>,
    /// Where the returned value waits.
    value: Option<PointerValue<'c>>,
}

pub(crate) struct Lowering<'d, 'c, 'a> {
    pub d: &'d Declared<'c, 'a>,
    pub function: &'a ir::Function,
    pub builder: Builder<'c>,
    /// At the end of the entry block, where the stack is laid out.
    stack: Builder<'c>,
    scope: Scope,
    value: FunctionValue<'c>,
    locals: Vec<PointerValue<'c>>,
    pub loops: Vec<Loop<'c>>,
    leave: Option<Leave<'c>>,
    pub mirrors: Mirrors<'c>,
    /// Steady helpers that the function calls more than once.
    pub repeated: HashSet<u32>,
    spills: Vec<Spill<'c>>,
}

/// Lowers the body of a function of the module.
pub(crate) fn lower_body<'c>(declared: &Declared<'c, '_>, index: usize) -> Result<()> {
    let missing = || Error::Llvm("a function without its head".to_owned());
    let function = declared.module.functions.get(index).ok_or_else(missing)?;
    let value = *declared.functions.get(index).ok_or_else(missing)?;
    let scope = *declared.scopes.get(&index).ok_or_else(missing)?;
    let entry = declared.context.append_basic_block(value, "entry");
    let start = declared.context.append_basic_block(value, "start");
    let stack = declared.context.create_builder();
    stack.position_at_end(entry);
    let builder = declared.context.create_builder();
    builder.position_at_end(start);
    let mut lowering = Lowering {
        d: declared,
        function,
        builder,
        stack,
        scope,
        value,
        locals: Vec::new(),
        loops: Vec::new(),
        leave: None,
        mirrors: Mirrors::default(),
        repeated: repeated(declared.module, function),
        spills: Vec::new(),
    };
    declared.debug.locate(&lowering.builder, scope, function.span);
    for local in &function.locals {
        let slot = lowering.slot(local.ty.size(declared.module), &local.name)?;
        lowering.locals.push(slot);
    }
    lowering.make_mirrors()?;
    for (index, param) in value.get_param_iter().enumerate() {
        let slot = lowering.local(LocalId(index as u32))?;
        let ty = &function.local(LocalId(index as u32)).ty;
        lowering.store(slot, ty, param, u64::from(STACK_ALIGN))?;
        lowering.mirror(LocalId(index as u32), ty, param)?;
    }
    lowering.block(&function.body)?;
    if !lowering.is_done() {
        lowering.builder.build_unreachable()?;
    }
    lowering.end()?;
    declared.debug.locate(&lowering.stack, scope, function.span);
    lowering.stack.build_unconditional_branch(start)?;
    Ok(())
}

/// The steady helpers that a function calls more than once.
fn repeated(module: &ir::Module, function: &ir::Function) -> HashSet<u32> {
    let (mut called, mut again) = (HashSet::new(), HashSet::new());
    ir::each_expr(&function.body, &mut |expr| {
        if let ir::ExprKind::Helper(id, _) = expr.kind
            && module.steady_helpers.contains(&id)
            && !called.insert(id)
        {
            again.insert(id);
        }
    });
    again
}

impl<'c> Lowering<'_, 'c, '_> {
    /// Fresh memory on the stack.
    pub(crate) fn slot(&self, size: u64, name: &str) -> Result<PointerValue<'c>> {
        let bytes = self.d.context.i8_type().array_type(size as u32);
        let slot = self.stack.build_alloca(bytes, name)?;
        if let Some(instruction) = slot.as_instruction() {
            instruction
                .set_alignment(STACK_ALIGN)
                .map_err(|error| Error::Llvm(error.to_string()))?;
        }
        Ok(slot)
    }

    /// Memory that is free until the end of the statement.
    pub(crate) fn spill_slot(&mut self, size: u64) -> Result<PointerValue<'c>> {
        if let Some(free) = self.spills.iter_mut().find(|s| !s.busy && s.size == size) {
            free.busy = true;
            return Ok(free.slot);
        }
        let slot = self.slot(size, "spill")?;
        self.spills.push(Spill { size, slot, busy: true });
        Ok(slot)
    }

    pub(crate) fn local(&self, id: LocalId) -> Result<PointerValue<'c>> {
        self.locals
            .get(id.0 as usize)
            .copied()
            .ok_or_else(|| Error::Llvm("a local without memory".to_owned()))
    }

    pub(crate) fn new_block(&self, name: &str) -> BasicBlock<'c> {
        self.d.context.append_basic_block(self.value, name)
    }

    /// Goes on in a block, which comes behind all that was begun before: LLVM's
    /// code generator lets a test fall through to the block that follows.
    pub(crate) fn go_to(&self, block: BasicBlock<'c>) {
        let last = self.value.get_last_basic_block().filter(|last| *last != block);
        if let Some(last) = last.filter(|_| block.get_first_instruction().is_none()) {
            // It fails for a block without a function, which none is.
            let _ = block.move_after(last);
        }
        self.builder.position_at_end(block);
    }

    pub(crate) fn here(&self) -> Result<BasicBlock<'c>> {
        self.builder.get_insert_block().ok_or_else(|| Error::Llvm("no block".to_owned()))
    }

    pub(crate) fn is_done(&self) -> bool {
        self.builder.get_insert_block().is_some_and(|block| block.get_terminator().is_some())
    }

    pub(crate) fn locate(&self, span: diagnostics::Span) {
        self.d.debug.locate(&self.builder, self.scope, span);
    }

    pub(crate) fn block(&mut self, stmts: &[Stmt]) -> Result<()> {
        for stmt in stmts {
            if self.is_done() {
                // What follows a jump is dead, but may hold more blocks.
                let dead = self.new_block("dead");
                self.go_to(dead);
            }
            self.locate(stmt.span);
            let busy: Vec<bool> = self.spills.iter().map(|spill| spill.busy).collect();
            self.stmt(stmt)?;
            for (index, spill) in self.spills.iter_mut().enumerate() {
                spill.busy = busy.get(index).copied().unwrap_or(false);
            }
        }
        Ok(())
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result<()> {
        match &stmt.kind {
            StmtKind::Store(place, value) => {
                let (address, align) = self.address(place)?;
                let register = self.expr(value)?;
                self.store(address, &value.ty, register, align)?;
                if let Place::Local(id) = place {
                    self.mirror(*id, &value.ty, register)?;
                }
                Ok(())
            }
            StmtKind::Zero(place) => self.zero(place),
            StmtKind::ZeroPart(place, start, len) => self.zero_part(place, *start, *len),
            StmtKind::Copy(to, from) => self.copy(to, from),
            StmtKind::Gather(gather) => self.gather(gather),
            StmtKind::StoreStr(place, text) => self.store_text(place, text),
            StmtKind::Eval(value) => self.evaluate(value),
            StmtKind::If(test, then, orelse) => self.if_stmt(test, then, orelse),
            StmtKind::ForRange { local, start, stop, step, body, orelse } => {
                self.for_range(*local, [*start, *stop, *step], body, orelse)
            }
            StmtKind::Loop { index, test, body, orelse, bound } => {
                self.loop_(*index, test, body, orelse, *bound)
            }
            StmtKind::Break => {
                let after = self.innermost()?.after;
                self.builder.build_unconditional_branch(after)?;
                Ok(())
            }
            StmtKind::Continue => {
                let next = self.innermost()?.next;
                self.builder.build_unconditional_branch(next)?;
                Ok(())
            }
            StmtKind::Return(None) => {
                self.end_iterators()?;
                self.return_(None)
            }
            StmtKind::Return(Some(value)) => {
                let register = self.expr(value)?;
                let value = self.returned(register, &value.ty)?;
                self.end_iterators()?;
                self.return_(Some(value))
            }
        }
    }

    fn return_(&mut self, value: Option<IntValue<'c>>) -> Result<()> {
        let leave = match self.leave {
            Some(leave) => leave,
            None => {
                let slot = value.map(|_| self.slot(u64::from(STACK_ALIGN), "result"));
                let leave = Leave { block: self.new_block("leave"), value: slot.transpose()? };
                *self.leave.insert(leave)
            }
        };
        if let (Some(slot), Some(value)) = (leave.value, value) {
            self.builder.build_store(slot, value)?;
        }
        self.builder.build_unconditional_branch(leave.block)?;
        Ok(())
    }

    /// The way out, behind all other blocks.
    fn end(&self) -> Result<()> {
        let Some(leave) = self.leave else { return Ok(()) };
        if let Some(last) = self.value.get_last_basic_block().filter(|last| *last != leave.block) {
            let _ = leave.block.move_after(last);
        }
        self.go_to(leave.block);
        let value = match (leave.value, self.value.get_type().get_return_type()) {
            (Some(slot), Some(ty)) => Some(self.builder.build_load(ty, slot, "result")?),
            _ => None,
        };
        match value {
            Some(value) => self.builder.build_return(Some(&value))?,
            None => self.builder.build_return(None)?,
        };
        Ok(())
    }

    fn innermost(&self) -> Result<&Loop<'c>> {
        self.loops.last().ok_or_else(|| Error::Llvm("a jump outside a loop".to_owned()))
    }

    /// A returned value, widened to what the kernel wants.
    fn returned(&self, value: BasicValueEnum<'c>, ty: &Type) -> Result<IntValue<'c>> {
        let BasicValueEnum::IntValue(value) = value else {
            return Err(Error::Llvm("a returned pointer".to_owned()));
        };
        let to = self.d.int_type(Declared::return_bits(ty))?;
        let signed = matches!(ty, Type::Int(int) if int.signed);
        Ok(self.builder.build_int_cast_sign_flag(value, to, signed, "")?)
    }

    fn if_stmt(&mut self, test: &ir::Expr, then: &[Stmt], orelse: &[Stmt]) -> Result<()> {
        let then_block = self.new_block("then");
        let else_block = self.new_block("else");
        let after = self.new_block("after");
        self.branch(test, then_block, else_block)?;
        for (block, stmts) in [(then_block, then), (else_block, orelse)] {
            self.go_to(block);
            self.block(stmts)?;
            self.jump(after)?;
        }
        self.go_to(after);
        Ok(())
    }

    fn for_range(
        &mut self,
        local: LocalId,
        [start, stop, step]: [i64; 3],
        body: &[Stmt],
        orelse: &[Stmt],
    ) -> Result<()> {
        let counter = self.local(local)?;
        let i64_type = self.d.context.i64_type();
        let number = |value: i64| i64_type.const_int(value as u64, true);
        self.builder.build_store(counter, number(start))?;
        let head = self.new_block("head");
        let turn = self.new_block("turn");
        let next = self.new_block("next");
        let ended = self.new_block("ended");
        let after = self.new_block("after");
        self.builder.build_unconditional_branch(head)?;
        self.go_to(head);
        let count = self.builder.build_load(i64_type, counter, "count")?.into_int_value();
        let before = if step > 0 { IntPredicate::SLT } else { IntPredicate::SGT };
        let goes_on = self.builder.build_int_compare(before, count, number(stop), "goes_on")?;
        self.builder.build_conditional_branch(goes_on, turn, ended)?;
        self.go_to(turn);
        self.loops.push(Loop { after, next, iterator: None });
        self.block(body)?;
        self.loops.pop();
        self.jump(next)?;
        self.go_to(next);
        let count = self.builder.build_load(i64_type, counter, "count")?.into_int_value();
        let count = self.builder.build_int_add(count, number(step), "count")?;
        self.builder.build_store(counter, count)?;
        self.builder.build_unconditional_branch(head)?;
        self.go_to(ended);
        self.block(orelse)?;
        self.jump(after)?;
        self.go_to(after);
        Ok(())
    }
}
