//! The named integers of the headers, and the numbers of the map types.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::header::{self, Enum};
use super::vendored::Sources;
use super::{BANNER, Error, expression};

/// Every enumerator and define of the headers that has a value.
pub struct Constants {
    /// Enum members and defines by name: value and group.
    all: BTreeMap<String, (i64, String)>,
    /// The enums with their members' names, in order.
    enums: Vec<Enum>,
}

/// Enums that a program never names: commands, object types, encodings.
const INTERNAL: [&str; 9] = [
    "bpf_cmd",
    "bpf_map_type",
    "bpf_prog_type",
    "bpf_attach_type",
    "bpf_link_type",
    "bpf_func_id",
    "bpf_core_relo_kind",
    "bpf_cond_pseudo_jmp",
    "bpf_addr_space_cast",
];

/// Prefixes of the defines that a program names.
const DEFINES: [&str; 3] = ["BPF_F_", "XDP_", "TC_ACT_"];

/// The clocks that timers run on, which are not of these headers.
const CLOCKS: [(&str, i64); 3] =
    [("CLOCK_REALTIME", 0), ("CLOCK_MONOTONIC", 1), ("CLOCK_BOOTTIME", 7)];

impl Constants {
    /// Reads the headers.
    pub fn parse(sources: &Sources) -> Result<Self, Error> {
        let bpf = header::parse(&sources.bpf);
        let pkt_cls = header::parse(&sources.pkt_cls);
        let pins = header::parse(&sources.bpf_helpers).enums;
        let pins = pins.into_iter().filter(|group| group.tag == "libbpf_pin_type");
        let enums = bpf.enums.into_iter().chain(pins).collect();
        let mut constants = Self { all: BTreeMap::new(), enums };
        for group in &constants.enums {
            if group.tag != "bpf_func_id" {
                add_enum(&mut constants.all, group)?;
            }
        }
        for (name, value) in CLOCKS {
            constants.all.insert(name.to_owned(), (value, "CLOCK".to_owned()));
        }
        for (name, text) in bpf.defines.iter().chain(&pkt_cls.defines) {
            constants.add_define(name, text);
        }
        Ok(constants)
    }

    /// A define without a constant value is none of ours.
    fn add_define(&mut self, name: &str, text: &str) {
        let lookup = |name: &str| Some(self.all.get(name)?.0);
        if self.all.contains_key(name) {
            return;
        }
        if let Some(value) = expression::evaluate(text, lookup) {
            let group = if name.starts_with("TC_ACT_") { "TC_ACT" } else { "" };
            self.all.insert(name.to_owned(), (value, group.to_owned()));
        }
    }

    /// The value of `name`.
    pub fn value(&self, name: &str) -> Option<i64> {
        Some(self.all.get(name)?.0)
    }

    /// Members of the enum `tag` in order.
    pub fn members(&self, tag: &str) -> impl Iterator<Item = (&str, i64)> {
        self.enums
            .iter()
            .filter(move |group| group.tag == tag)
            .flat_map(|group| &group.members)
            .filter_map(|(name, _)| Some((name.as_str(), self.value(name)?)))
    }

    /// What a program may name: name, value and group, by name.
    pub fn offered(&self) -> impl Iterator<Item = (&str, i64, &str)> {
        let members: BTreeMap<&str, ()> = self
            .enums
            .iter()
            .filter(|group| !INTERNAL.contains(&group.tag.as_str()))
            .flat_map(|group| &group.members)
            .map(|(name, _)| (name.as_str(), ()))
            .collect();
        self.all.iter().filter_map(move |(name, (value, group))| {
            let define = DEFINES.iter().any(|prefix| name.starts_with(prefix));
            let public = members.contains_key(name.as_str()) || define || group == "CLOCK";
            (public && !is_internal(name)).then_some((name.as_str(), *value, group.as_str()))
        })
    }
}

/// Registers, limits and encodings within otherwise public enums.
fn is_internal(name: &str) -> bool {
    name.starts_with("__")
        || name.starts_with("BPF_REG_")
        || name.starts_with("TC_ACT_EXT")
        || name == "TC_ACT_VALUE_MAX"
}

fn add_enum(all: &mut BTreeMap<String, (i64, String)>, group: &Enum) -> Result<(), Error> {
    let mut next = 0;
    for (name, text) in &group.members {
        let value = match text {
            Some(text) => expression::evaluate(text, |name| Some(all.get(name)?.0))
                .ok_or_else(|| Error::form("an enumerator", format!("{name} = {text}")))?,
            None => next,
        };
        all.entry(name.clone()).or_insert((value, group.tag.clone()));
        next = value + 1;
    }
    Ok(())
}

/// `generated/constants.rs`.
pub fn render(constants: &Constants) -> String {
    let mut out = format!(
        "//! {BANNER}\n\nuse crate::Constant;\n\n/// Every constant, sorted by name.\npub static CONSTANTS: &[Constant] = &[\n"
    );
    for (name, value, group) in constants.offered() {
        let _ = writeln!(
            out,
            "    Constant {{ name: \"{name}\", value: {value}, group: \"{group}\" }},"
        );
    }
    out + "];\n"
}

/// `generated/map_ids.rs`.
pub fn render_map_ids(constants: &Constants) -> String {
    let mut out = format!(
        "//! {BANNER}\n#![allow(dead_code, reason = \"every type of the header, used or not\")]\n\n"
    );
    for (name, value) in constants.members("bpf_map_type") {
        if !name.starts_with("__") {
            let _ = writeln!(out, "pub(crate) const {name}: u32 = {value};");
        }
    }
    out
}
