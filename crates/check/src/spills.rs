//! What the code of functions takes of the stack beside their locals: numbers that
//! found no register, and memory that helpers read arguments from. Only the code
//! shows it, so what was found too deep is checked again with it.

use std::collections::{HashMap, HashSet};

use diagnostics::{Diagnostic, Span, codes};
use ir::{Function, LocalId, Module, Place};

use crate::depth::{Calls, Chain};
use crate::scratch::on_stack;

/// Bytes of stack beside the locals, by where functions are defined: copies of one
/// function take the same.
#[derive(Clone, Debug, Default)]
pub struct Spills {
    bytes: HashMap<Span, u64>,
    /// What all locals took that were still on the stack.
    locals: Option<u64>,
}

impl Spills {
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn of(&self, function: &Function) -> u64 {
        self.bytes.get(&function.span).copied().unwrap_or(0)
    }

    /// Learns from the frames of the code that was made of a module, by names of
    /// functions; false where nothing has left the stack since the last time.
    pub fn learn(&mut self, module: &Module, frames: &HashMap<String, u64>) -> bool {
        let mut all: HashMap<Span, u64> = HashMap::new();
        for (function, frame) in module.functions.iter().zip(by_function(module, frames)) {
            let locals = locals(module, function);
            all.insert(function.span, locals);
            if let Some(frame) = frame {
                let known = self.bytes.entry(function.span).or_default();
                *known = frame.saturating_sub(locals).max(*known);
            }
        }
        let all = all.values().sum();
        self.locals.replace(all).is_none_or(|before| all < before)
    }
}

/// What is wrong with the stack of what was made of a module, if anything is.
pub fn too_deep(module: &Module, frames: &HashMap<String, u64>) -> Option<Diagnostic> {
    let frames = by_function(module, frames);
    let chain = Calls::of(module).too_deep(&frames, true)?;
    let exists = |at: &&usize| frames.get(**at).is_some_and(Option::is_some);
    let functions = chain.functions.iter().filter(exists);
    let functions: Vec<&Function> = functions.filter_map(|at| module.functions.get(*at)).collect();
    Some(refusal(&chain, &functions))
}

fn refusal(chain: &Chain, functions: &[&Function]) -> Diagnostic {
    let Chain { bytes, limit, .. } = chain;
    let at = functions.last().map_or(Span::default(), |function| function.span);
    let names = functions.iter().rev().map(|function| format!("`{}`", function.name));
    let names: Vec<String> = names.collect();
    let verb = if names.len() == 1 { "needs" } else { "need" };
    let room = if functions.is_empty() || *limit == crate::depth::STACK {
        format!("and there are {limit}")
    } else {
        format!("and above a tail call there must be less than {limit}")
    };
    let message = format!("{} {verb} {bytes} bytes of stack, {room}", names.join(" and "));
    Diagnostic::new(&codes::STACK_TOO_LARGE, at, message)
        .note("structs, arrays and texts that do not fit were moved to a map already")
        .help("keep fewer values at a time, make keys smaller, or call fewer functions from each other")
}

/// The frames in the order of the module's functions; a function of which there is
/// no code has none. LLVM's variants of a function have its name and a dot.
fn by_function(module: &Module, frames: &HashMap<String, u64>) -> Vec<Option<u64>> {
    let mut largest: HashMap<&str, u64> = HashMap::new();
    for (name, frame) in frames {
        let name = name.split('.').next().unwrap_or(name);
        let known = largest.entry(name).or_default();
        *known = (*known).max(*frame);
    }
    module.functions.iter().map(|function| largest.get(function.name.as_str()).copied()).collect()
}

/// What the locals of a function take of the stack that are not elsewhere.
fn locals(module: &Module, function: &Function) -> u64 {
    let mut used: HashSet<LocalId> = HashSet::new();
    ir::each_place(&function.body, &mut |place| {
        if let Place::Local(id) = place {
            used.insert(*id);
        }
    });
    used.iter().map(|id| on_stack(module, function.local(*id))).sum()
}
