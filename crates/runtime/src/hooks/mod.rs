//! What programs can be attached to on this kernel, by name.
//!
//! [`Catalog::read`] lists names alone, out of tracefs and of the kernel's BTF,
//! which takes milliseconds; [`Catalog::describe`] reads what one hook gives.
//! Names are found by [`Catalog::find`]: a pattern with `*` or `?`, a part of
//! a name, or a whole section such as `kprobe/vfs_read`.

mod details;
mod pattern;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kernel::btf::{Btf, Space, TypeId};

use crate::kernel_types::{module_types, running_btf};
use crate::nearest;
use crate::tracefs;
use pattern::Pattern;

pub(crate) use details::system_call;
pub use details::{HookDetails, HookField, HookSection};

/// What a hook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HookKind {
    /// An event that the kernel's source names.
    Tracepoint,
    /// A function of the kernel or of a module.
    Function,
    /// A question to the security modules.
    Lsm,
    /// A function of the kernel that programs may call.
    Kfunc,
    /// Something whose items a program is shown one by one.
    Iterator,
    /// A table of functions that a program may stand in for.
    StructOps,
    /// A kind of section.
    Section,
}

impl HookKind {
    /// Every kind, in the order in which they are listed.
    pub const ALL: [Self; 7] = [
        Self::Tracepoint,
        Self::Function,
        Self::Lsm,
        Self::Kfunc,
        Self::Iterator,
        Self::StructOps,
        Self::Section,
    ];

    /// Its name for users.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tracepoint => "tracepoint",
            Self::Function => "function",
            Self::Lsm => "lsm",
            Self::Kfunc => "kfunc",
            Self::Iterator => "iterator",
            Self::StructOps => "struct_ops",
            Self::Section => "section",
        }
    }
}

/// A hook that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: HookKind,
    /// Its name, `sched/sched_switch` or `vfs_read`.
    pub name: String,
    /// The module that has it, if one does.
    pub module: Option<String>,
    /// Its type among those of the kernel or module.
    id: Option<TypeId>,
}

/// What tells the arguments of a tracepoint.
#[derive(Debug)]
struct EventType {
    /// Index of the table that has it.
    table: usize,
    /// The type of the functions that are called.
    id: TypeId,
    /// The function that calls them, whose parameters have names.
    caller: Option<TypeId>,
}

/// The functions that the kernel's macros make for each tracepoint, which
/// nobody looks for: they are listed last.
const MADE_FOR_EVENTS: [&str; 7] = [
    "__bpf_trace_",
    "__probestub_",
    "__traceiter_",
    "perf_trace_",
    "trace_event_get_offsets_",
    "trace_event_raw_event_",
    "trace_raw_output_",
];

/// The names of all hooks.
#[derive(Debug)]
pub struct Catalog {
    /// The kernel's types and those of its modules, the kernel's first.
    tables: Vec<(Option<String>, Arc<Btf>)>,
    hooks: Vec<Found>,
    /// The types that tell the arguments of tracepoints, by name.
    events: HashMap<String, EventType>,
    notes: Vec<String>,
    abilities: details::Abilities,
}

impl Catalog {
    /// Reads the names. What cannot be read is told by [`Catalog::notes`].
    pub fn read() -> Self {
        let mut catalog = Self {
            tables: Vec::new(),
            hooks: Vec::new(),
            events: HashMap::new(),
            notes: Vec::new(),
            abilities: details::Abilities::default(),
        };
        match running_btf() {
            Err(why) => catalog.notes.push(format!("no functions and types: {why}")),
            Ok(base) => {
                let modules = module_types(&base);
                catalog.tables.push((None, base));
                catalog.tables.extend(modules.into_iter().map(|(name, btf)| (Some(name), btf)));
            }
        }
        catalog.read_events();
        for (index, (module, btf)) in catalog.tables.clone().into_iter().enumerate() {
            catalog.read_event_types(&btf, index);
            catalog.read_types(&btf, module.as_deref());
        }
        catalog.hooks.extend(kernel::SECTION_DEFS.iter().map(|def| Found {
            kind: HookKind::Section,
            name: crate::section_form(def),
            module: None,
            id: None,
        }));
        catalog.hooks.sort_by(|a, b| (a.kind as u8, &*a.name).cmp(&(b.kind as u8, &*b.name)));
        // Functions of one name in several files are one to a probe.
        catalog.hooks.dedup_by(|a, b| a.kind == b.kind && a.name == b.name);
        catalog
    }

    /// The events of tracefs.
    fn read_events(&mut self) {
        match tracefs::is_readable() {
            Some(true) => {}
            Some(false) => self.notes.push(
                "tracepoints without category and fields: tracefs is root's alone".to_owned(),
            ),
            None => self
                .notes
                .push("tracepoints without category and fields: tracefs is not mounted".to_owned()),
        }
        let events = tracefs::listed_tracepoints();
        self.hooks.extend(events.into_iter().map(|name| Found {
            kind: HookKind::Tracepoint,
            name,
            module: None,
            id: None,
        }));
    }

    /// The types that tell the arguments of tracepoints.
    fn read_event_types(&mut self, btf: &Btf, table: usize) {
        let mut callers = HashMap::new();
        for (name, space, id) in btf.named_types() {
            if space == Space::Func
                && let Some(event) = name.strip_prefix("__traceiter_")
            {
                callers.insert(event, id);
            }
        }
        for (name, space, id) in btf.named_types() {
            if space == Space::Typedef
                && let Some(event) = name.strip_prefix("btf_trace_")
            {
                let caller = callers.get(event).copied();
                self.events.insert(event.to_owned(), EventType { table, id, caller });
            }
        }
    }

    /// What the types of the kernel or of a module tell.
    fn read_types(&mut self, btf: &Btf, module: Option<&str>) {
        let kfuncs: HashSet<TypeId> = btf
            .declaration_tags()
            .filter(|(tag, _)| *tag == "bpf_kfunc")
            .map(|(_, target)| target)
            .collect();
        if module.is_none() && kfuncs.is_empty() {
            self.notes.push("no kfuncs: this kernel's BTF does not mark them".to_owned());
        }
        let events: HashSet<String> = self
            .hooks
            .iter()
            .filter(|hook| hook.kind == HookKind::Tracepoint)
            .map(|hook| hook.name.rsplit('/').next().unwrap_or_default().to_owned())
            .collect();
        for (name, space, id) in btf.named_types() {
            let (kind, name) = match space {
                Space::Func if kfuncs.contains(&id) => (HookKind::Kfunc, name),
                Space::Func => {
                    match (name.strip_prefix("bpf_lsm_"), name.strip_prefix("bpf_iter_")) {
                        (Some(hook), _) => (HookKind::Lsm, hook),
                        (_, Some(target)) if is_target(btf, target) => (HookKind::Iterator, target),
                        _ => (HookKind::Function, name),
                    }
                }
                Space::Struct => match name.strip_prefix("bpf_struct_ops_") {
                    Some(table) if btf.find(table, Space::Struct).is_some() => {
                        (HookKind::StructOps, table)
                    }
                    _ => continue,
                },
                Space::Typedef => match name.strip_prefix("btf_trace_") {
                    Some(event) if !events.contains(event) => (HookKind::Tracepoint, event),
                    _ => continue,
                },
                Space::Enum | Space::Var => continue,
            };
            self.hooks.push(Found {
                kind,
                name: name.to_owned(),
                module: module.map(str::to_owned),
                id: Some(id),
            });
        }
    }

    /// What could not be read, and why.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How many hooks there are of a kind.
    pub fn count(&self, kind: HookKind) -> usize {
        self.hooks.iter().filter(|hook| hook.kind == kind).count()
    }

    /// The hooks of these kinds (all if none is given) that a pattern fits,
    /// those that are called exactly so first.
    pub fn find(&self, pattern: &str, kinds: &[HookKind]) -> Vec<&Found> {
        let pattern = Pattern::new(pattern);
        let fits = |hook: &&Found| {
            (kinds.is_empty() || kinds.contains(&hook.kind)) && pattern.fits(hook.kind, &hook.name)
        };
        let mut found: Vec<&Found> = self.hooks.iter().filter(fits).collect();
        let is_made = |name: &str| MADE_FOR_EVENTS.iter().any(|prefix| name.starts_with(prefix));
        found.sort_by_key(|hook| (!pattern.is_exactly(&hook.name), is_made(&hook.name)));
        found
    }

    /// Whether a hook is called just as the pattern says.
    pub fn is_exact(&self, pattern: &str, hook: &Found) -> bool {
        Pattern::new(pattern).is_exactly(&hook.name)
    }

    /// Names of these kinds that look like one that is not there.
    pub fn nearest(&self, wanted: &str, kinds: &[HookKind]) -> Vec<String> {
        let wanted = Pattern::new(wanted).plain();
        let chosen =
            self.hooks.iter().filter(|hook| kinds.is_empty() || kinds.contains(&hook.kind));
        // A tracepoint is looked for by its last part, too.
        let near =
            chosen.filter(|hook| hook.name.len().abs_diff(wanted.len()) <= wanted.len() + 12);
        let names = near.flat_map(|hook| [hook.name.as_str(), last(&hook.name)]);
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        names.dedup();
        nearest::nearest(&wanted, names)
    }
}

/// Whether `bpf_iter_NAME` is a target of iterators: its context is a struct.
fn is_target(btf: &Btf, name: &str) -> bool {
    btf.find(&format!("bpf_iter__{name}"), Space::Struct).is_some()
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
