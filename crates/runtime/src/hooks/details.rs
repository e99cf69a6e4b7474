//! What one hook gives: its fields or parameters, and the sections for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use kernel::btf::{Btf, Kind, Signature, Space};

use super::{Catalog, EventType, Found, HookKind, last};
use crate::ability::{Ability, section_ability};
use crate::tracefs;

/// A field of an event or a parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookField {
    /// Its name; empty of a parameter without one.
    pub name: String,
    /// Its type as C writes it.
    pub ty: String,
}

/// A section for a hook, and whether it works on this kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookSection {
    /// What `@section` is given.
    pub section: String,
    /// Whether it works.
    pub ability: Ability,
}

/// What a hook gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HookDetails {
    /// The fields of an event, the parameters of a function, the members of a
    /// struct.
    pub fields: Vec<HookField>,
    /// What a function returns.
    pub returns: Option<String>,
    /// The arguments of the same event as `tp_btf` and `raw_tp` see it.
    pub arguments: Vec<HookField>,
    /// The sections for it.
    pub sections: Vec<HookSection>,
}

impl HookDetails {
    /// Its fields or parameters on one line: `(int fd, char *name) -> long`.
    pub fn summary(&self) -> String {
        let fields: Vec<String> = self.fields.iter().map(HookField::declared).collect();
        match (&self.returns, fields.is_empty()) {
            (None, true) => String::new(),
            (None, false) => format!("({})", fields.join(", ")),
            (Some(returns), _) => format!("({}) -> {returns}", fields.join(", ")),
        }
    }
}

impl HookField {
    /// As C declares it: `char comm[16]`.
    pub fn declared(&self) -> String {
        if self.name.is_empty() {
            return self.ty.clone();
        }
        if let Some((before, after)) = self.ty.split_once("(*)") {
            return format!("{before}(*{}){after}", self.name);
        }
        match self.ty.find('[') {
            Some(at) if !self.ty.starts_with("__data_loc") => {
                let (ty, len) = self.ty.split_at(at);
                format!("{ty} {}{len}", self.name)
            }
            _ if self.ty.ends_with('*') => format!("{}{}", self.ty, self.name),
            _ => format!("{} {}", self.ty, self.name),
        }
    }

    fn from_declaration(text: &str) -> Option<Self> {
        let (ty, name) = text.rsplit_once(' ')?;
        let stars = name.len() - name.trim_start_matches('*').len();
        let (stars, name) = name.split_at(stars);
        let space = if stars.is_empty() { "" } else { " " };
        let (name, len) = name.split_at(name.find('[').unwrap_or(name.len()));
        Some(Self { name: name.to_owned(), ty: format!("{ty}{space}{stars}{len}") })
    }
}

/// Abilities of kinds of sections, each asked once.
#[derive(Debug, Default)]
pub(super) struct Abilities(Mutex<HashMap<&'static str, Ability>>);

impl Abilities {
    fn section(&self, section: String) -> Option<HookSection> {
        let def = kernel::section(&section).ok()?.def;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ability = known.entry(def.prefix).or_insert_with(|| section_ability(def)).clone();
        Some(HookSection { section, ability })
    }
}

impl Catalog {
    /// What a hook gives, and the sections for it.
    pub fn describe(&self, hook: &Found) -> HookDetails {
        let mut details = self.outline(hook);
        let sections = self.sections(hook, &details);
        let sections = sections.into_iter().filter_map(|section| self.abilities.section(section));
        details.sections.extend(sections);
        details
    }

    /// What a hook gives; of the sections only those that are hooks themselves.
    pub fn outline(&self, hook: &Found) -> HookDetails {
        match hook.kind {
            HookKind::Tracepoint => self.tracepoint(hook),
            HookKind::Function | HookKind::Kfunc | HookKind::Lsm => self.function(hook),
            HookKind::Iterator => self.iterator(hook),
            HookKind::StructOps => self.struct_ops(hook),
            HookKind::Section => section(&hook.name),
        }
    }

    /// The table that a hook is from.
    fn table(&self, hook: &Found) -> Option<&Btf> {
        let found = self.tables.iter().find(|(name, _)| *name == hook.module);
        found.map(|(_, btf)| &**btf)
    }

    fn sections(&self, hook: &Found, details: &HookDetails) -> Vec<String> {
        let name = &hook.name;
        let of = |kinds: &[&str], name: &str| {
            kinds.iter().map(|kind| format!("{kind}/{name}")).collect::<Vec<_>>()
        };
        match hook.kind {
            HookKind::Tracepoint => {
                let category = name.contains('/');
                let mut sections = if category { of(&["tracepoint"], name) } else { Vec::new() };
                if self.events.contains_key(last(name)) {
                    sections.extend(of(&["tp_btf", "raw_tp"], last(name)));
                }
                sections
            }
            HookKind::Function => {
                let mut sections = of(&["fentry", "fexit", "kprobe", "kretprobe"], name);
                if let Some(call) = system_call(name) {
                    sections.extend(of(&["ksyscall", "kretsyscall"], call));
                }
                sections
            }
            HookKind::Lsm => of(&["lsm", "lsm.s"], name),
            HookKind::Iterator => of(&["iter"], name),
            HookKind::StructOps => {
                of(&["struct_ops"], details.fields.first().map_or("", |field| &field.name))
            }
            HookKind::Kfunc | HookKind::Section => Vec::new(),
        }
    }

    fn tracepoint(&self, hook: &Found) -> HookDetails {
        let declared = tracefs::event_fields(&hook.name).unwrap_or_default();
        let fields = declared.iter().filter_map(|text| HookField::from_declaration(text));
        HookDetails {
            fields: fields.collect(),
            arguments: self.event_arguments(last(&hook.name)),
            ..HookDetails::default()
        }
    }

    /// What a tracepoint hands to whoever is registered; the function that
    /// calls them has the names.
    fn event_arguments(&self, event: &str) -> Vec<HookField> {
        let Some(&EventType { table, id, caller }) = self.events.get(event) else {
            return Vec::new();
        };
        let btf = self.tables.get(table).map(|(_, btf)| btf);
        let signature = btf.and_then(|btf| btf.signature(caller.unwrap_or(id)));
        // The first is no argument: it is what whoever registered gave himself.
        signature.map_or_else(Vec::new, |signature| parameters(signature, 1))
    }

    fn function(&self, hook: &Found) -> HookDetails {
        let signature = self.table(hook).zip(hook.id).and_then(|(btf, id)| btf.signature(id));
        let Some(signature) = signature else { return HookDetails::default() };
        let returns = Some(signature.returns.clone());
        HookDetails { fields: parameters(signature, 0), returns, ..HookDetails::default() }
    }

    fn iterator(&self, hook: &Found) -> HookDetails {
        let context = format!("bpf_iter__{}", hook.name);
        HookDetails { fields: self.members(hook, &context, false), ..HookDetails::default() }
    }

    fn struct_ops(&self, hook: &Found) -> HookDetails {
        HookDetails { fields: self.members(hook, &hook.name, true), ..HookDetails::default() }
    }

    /// The members of a struct; `calls` are those that are functions.
    fn members(&self, hook: &Found, name: &str, calls: bool) -> Vec<HookField> {
        let Some(btf) = self.table(hook) else { return Vec::new() };
        let ty = btf.find(name, Space::Struct).and_then(|id| btf.get(id));
        let Some(Kind::Struct { members, .. }) = ty.map(|ty| ty.kind) else { return Vec::new() };
        let members = members.iter().filter(|member| !calls || btf.signature(member.ty).is_some());
        let field = |name: &str, ty| HookField { name: name.to_owned(), ty: btf.spell(ty) };
        // A union around a pointer of an iterator's context only aligns it.
        let inner = |ty| match btf.get(ty).map(|ty| ty.kind) {
            Some(Kind::Struct { members, is_union: true }) => members.first().copied(),
            _ => None,
        };
        let member = |member: &kernel::btf::Member<'_>| match inner(member.ty) {
            Some(inner) if member.name.is_empty() => field(inner.name, inner.ty),
            _ => field(member.name, member.ty),
        };
        members.map(member).collect()
    }
}

fn parameters(signature: Signature, skip: usize) -> Vec<HookField> {
    let params = signature.params.into_iter().skip(skip);
    params.map(|(name, ty)| HookField { name, ty }).collect()
}

/// The system call that a function of the kernel is the entry of.
pub(crate) fn system_call(function: &str) -> Option<&str> {
    ["__x64_sys_", "__arm64_sys_"].iter().find_map(|prefix| function.strip_prefix(prefix))
}

/// What a kind of section needs.
fn section(form: &str) -> HookDetails {
    let def = kernel::SECTION_DEFS.iter().find(|def| crate::section_form(def) == form);
    let sections =
        def.map(|def| HookSection { section: form.to_owned(), ability: section_ability(def) });
    HookDetails { sections: sections.into_iter().collect(), ..HookDetails::default() }
}
