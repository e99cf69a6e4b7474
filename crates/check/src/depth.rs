//! How deep the stack becomes, as the kernel counts it: each function that is
//! called adds its frame, in steps of 32 bytes, to those of its callers. Functions
//! that timers call start a stack of their own.

use std::collections::{BTreeSet, HashMap};

use ir::{ExprKind, Function, FunctionKind, Module};

/// Bytes of stack that a program has with all that it calls.
pub(crate) const STACK: u64 = 512;
/// Above a function that calls on in another program, there may be less.
const STACK_ABOVE_TAIL_CALLS: u64 = 256;
/// The kernel counts a frame in steps of this.
const FRAME_STEP: u64 = 32;

/// Who calls whom.
pub(crate) struct Calls {
    callees: Vec<Vec<usize>>,
    /// What the kernel starts with a stack of its own.
    roots: Vec<usize>,
    /// Whether a function goes on in another program.
    leaves: Vec<bool>,
}

/// Functions that call each other and need too much stack.
pub(crate) struct Chain {
    pub functions: Vec<usize>,
    pub bytes: u64,
    pub limit: u64,
}

/// What is known of the deepest way to a function.
#[derive(Clone, Copy)]
struct Reached {
    /// With the function's own frame.
    with: u64,
    /// Without the frame that it is in.
    above: u64,
    caller: Option<usize>,
}

impl Calls {
    pub(crate) fn of(module: &Module) -> Self {
        let is_root = |function: &Function| matches!(function.kind, FunctionKind::Program { .. });
        let mut calls = Self { callees: Vec::new(), roots: Vec::new(), leaves: Vec::new() };
        for (index, function) in module.functions.iter().enumerate() {
            if is_root(function) {
                calls.roots.push(index);
            }
            calls.read(function);
        }
        calls
    }

    /// What the kernel starts by itself: programs, and the functions that timers call.
    pub(crate) fn roots(&self) -> BTreeSet<usize> {
        self.roots.iter().copied().collect()
    }

    /// The functions that a function calls, or has called meanwhile.
    pub(crate) fn callees(&self, of: usize) -> impl Iterator<Item = usize> {
        self.callees.get(of).into_iter().flatten().copied()
    }

    fn read(&mut self, function: &Function) {
        let number = |name| kernel::helper(name).map(|helper| helper.id);
        let (timer, tail_call) = (number("timer_set_callback"), number("tail_call"));
        let (mut callees, mut later, mut leaves) = (Vec::new(), Vec::new(), false);
        ir::each_expr(&function.body, &mut |expr| match &expr.kind {
            ExprKind::Call(id, _) | ExprKind::Function(id) => callees.push(id.0 as usize),
            ExprKind::Helper(helper, args) => {
                leaves |= Some(*helper) == tail_call;
                let functions = args.iter().filter_map(|arg| match arg.kind {
                    ExprKind::Function(id) if Some(*helper) == timer => Some(id.0 as usize),
                    _ => None,
                });
                later.extend(functions);
            }
            _ => {}
        });
        for async_ in &later {
            // It was seen as a part, too.
            if let Some(at) = callees.iter().position(|callee| callee == async_) {
                callees.swap_remove(at);
            }
        }
        callees.sort_unstable();
        callees.dedup();
        self.callees.push(callees);
        self.roots.extend(later);
        self.leaves.push(leaves);
    }

    /// The chain that needs more than the kernel gives, if there is one. A function
    /// without a frame is a part of its callers. `tail_calls` asks what is above
    /// those, too.
    pub(crate) fn too_deep(&self, frames: &[Option<u64>], tail_calls: bool) -> Option<Chain> {
        let chains =
            self.roots.iter().filter_map(|root| self.too_deep_from(*root, frames, tail_calls));
        chains.max_by_key(|chain| (chain.limit, chain.bytes))
    }

    fn too_deep_from(
        &self,
        root: usize,
        frames: &[Option<u64>],
        tail_calls: bool,
    ) -> Option<Chain> {
        let found = self.reached(root, frames);
        let chain = |at: usize, bytes: u64, limit: u64| {
            let callers = std::iter::successors(Some(at), |at| found.get(at)?.caller);
            Chain { functions: callers.collect(), bytes, limit }
        };
        let deepest = found.iter().max_by_key(|(at, reached)| (reached.with, **at));
        if let Some((at, reached)) = deepest.filter(|(_, reached)| reached.with > STACK) {
            return Some(chain(*at, reached.with, STACK));
        }
        let leaving = found.iter().filter(|(at, reached)| {
            tail_calls
                && self.leaves.get(**at) == Some(&true)
                && reached.above >= STACK_ABOVE_TAIL_CALLS
        });
        let (at, reached) = leaving.max_by_key(|(at, reached)| (reached.above, **at))?;
        let mut above = chain(*at, reached.above, STACK_ABOVE_TAIL_CALLS);
        above.functions.remove(0);
        Some(above)
    }

    /// The deepest way to each function that a root reaches. There is no recursion.
    fn reached(&self, root: usize, frames: &[Option<u64>]) -> HashMap<usize, Reached> {
        let frame = |at: usize| frames.get(at).copied().flatten().map(counted);
        let start = Reached { with: frame(root).unwrap_or(0), above: 0, caller: None };
        let mut found = HashMap::from([(root, start)]);
        let mut left = vec![root];
        while let Some(at) = left.pop() {
            let Some(here) = found.get(&at).copied() else { continue };
            for callee in self.callees.get(at).into_iter().flatten() {
                let (with, above) = match frame(*callee) {
                    Some(frame) => (here.with + frame, here.with),
                    None => (here.with, here.above),
                };
                if found.get(callee).is_none_or(|known| (with, above) > (known.with, known.above)) {
                    found.insert(*callee, Reached { with, above, caller: Some(at) });
                    left.push(*callee);
                }
            }
        }
        found
    }
}

/// What the kernel counts for a frame.
fn counted(frame: u64) -> u64 {
    frame.max(1).next_multiple_of(FRAME_STEP)
}
