//! Events that do not fit their buffer.
//!
//! The kernel tells nobody but the program that a ring buffer was full, and
//! tells the reader of a perf buffer late. So each map that programs send
//! through gets a counter, `__pythonbpf_lost_<map>` in the section
//! `.data.lost`, to which every send that fails adds one, atomically; readers
//! find it by its name.

use std::collections::HashMap;

use inkwell::module::Module;
use inkwell::values::{BasicValueEnum, GlobalValue};
use inkwell::{AtomicOrdering, AtomicRMWBinOp, IntPredicate};
use ir::{Expr, ExprKind, MapId, Type};

use crate::Result;
use crate::declare::Declared;
use crate::function::Lowering;

const SECTION: &str = ".data.lost";
/// The name of a counter, before the map's name.
const PREFIX: &str = "__pythonbpf_lost_";

/// Helpers that send, by their numbers of `include/uapi/linux/bpf.h`, and
/// which argument is the buffer: `perf_event_output`, `ringbuf_output`,
/// `ringbuf_reserve`.
const SENDERS: [(u32, usize); 3] = [(25, 1), (130, 0), (131, 0)];

/// The counters of a module.
pub(crate) type Losses<'c> = HashMap<MapId, GlobalValue<'c>>;

/// The buffer that a call of a helper sends through.
fn buffer(id: u32, args: &[Expr]) -> Option<MapId> {
    let (_, index) = SENDERS.iter().find(|(helper, _)| *helper == id)?;
    match args.get(*index)?.kind {
        ExprKind::Map(map) => Some(map),
        _ => None,
    }
}

impl<'c> Declared<'c, '_> {
    /// A counter for each buffer that is sent through, in the order of the maps.
    pub(crate) fn losses(&mut self, llvm: &Module<'c>) {
        let mut used = Vec::new();
        for function in &self.module.functions {
            ir::each_expr(&function.body, &mut |expr| {
                if let ExprKind::Helper(id, args) = &expr.kind {
                    used.extend(buffer(*id, args));
                }
            });
        }
        for (id, map) in (0..).map(MapId).zip(&self.module.maps) {
            if !used.contains(&id) {
                continue;
            }
            let name = format!("{PREFIX}{}", map.name);
            let int = self.context.i64_type();
            let counter = llvm.add_global(int, None, &name);
            counter.set_initializer(&int.const_zero());
            counter.set_section(Some(SECTION));
            counter.set_alignment(8);
            if let Some(ty) = self.debug.ty(self.module, &Type::U64) {
                self.debug.global(counter, &name, ty, map.line);
            }
            self.losses.insert(id, counter);
        }
    }
}

impl<'c> Lowering<'_, 'c, '_> {
    /// Counts what a call of a helper could not send: it gave an error number
    /// or no pointer.
    pub(crate) fn count_loss(
        &mut self,
        id: u32,
        args: &[Expr],
        result: BasicValueEnum<'c>,
    ) -> Result<()> {
        let counter = buffer(id, args).and_then(|map| self.d.losses.get(&map)).copied();
        let Some(counter) = counter else { return Ok(()) };
        let failed = match result {
            BasicValueEnum::IntValue(status) => {
                let zero = status.get_type().const_zero();
                self.builder.build_int_compare(IntPredicate::SLT, status, zero, "failed")?
            }
            BasicValueEnum::PointerValue(record) => self.builder.build_is_null(record, "failed")?,
            _ => return Ok(()),
        };
        let (lost, sent) = (self.new_block("lost"), self.new_block("sent"));
        self.builder.build_conditional_branch(failed, lost, sent)?;
        self.go_to(lost);
        let one = self.d.context.i64_type().const_int(1, false);
        let (add, order) = (AtomicRMWBinOp::Add, AtomicOrdering::Monotonic);
        self.builder.build_atomicrmw(add, counter.as_pointer_value(), one, order)?;
        self.builder.build_unconditional_branch(sent)?;
        self.go_to(sent);
        Ok(())
    }
}
