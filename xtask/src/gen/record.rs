//! The record of what a kernel's verifier said: a checked-in text file.
//!
//! `probed TYPE` lists the program types that could be asked; every other
//! type is unknown, and unknown means allowed. `helper ID NAME
//! any|gpl|unknown -|sleeps TYPE…` gives the licence that a helper asks for,
//! whether only programs that may sleep can call it, and the types that may; a
//! helper without a type is one that the probed kernel lacks, so nothing is
//! known of it. `returns TYPE
//! ATTACH|- MIN MAX` is the range that the verifier holds a program's return
//! value to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::Error;
use super::prog_types::ProgType;

/// Where the record is kept in the workspace.
pub const PATH: &str = "crates/kernel/data/helper-probe-6.18.txt";

/// What was found out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Release of the probed kernel.
    pub kernel: String,
    /// Program types that could be asked.
    pub probed: BTreeSet<String>,
    /// By helper number.
    pub helpers: BTreeMap<u32, HelperRecord>,
    /// By program type and attach type (`-` for none): least and greatest.
    pub returns: BTreeMap<(String, String), (i64, i64)>,
}

/// What was found out about one helper.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct HelperRecord {
    /// Name without `bpf_`.
    pub name: String,
    /// Refused to programs that are not GPL-compatible.
    pub gpl_only: bool,
    /// Refused to programs that may not sleep.
    pub sleepable_only: bool,
    /// Types that may call it.
    pub allowed: BTreeSet<String>,
}

impl Record {
    /// The file's text.
    pub fn render(&self) -> String {
        let mut out =
            format!("# Written by `cargo xtask gen probe`; do not edit.\nkernel {}\n", self.kernel);
        for name in &self.probed {
            let _ = writeln!(out, "probed {name}");
        }
        for ((prog_type, attach), (min, max)) in &self.returns {
            let _ = writeln!(out, "returns {prog_type} {attach} {min} {max}");
        }
        for (id, helper) in &self.helpers {
            let licence = match (helper.allowed.is_empty(), helper.gpl_only) {
                (true, _) => "unknown",
                (false, true) => "gpl",
                (false, false) => "any",
            };
            let sleeps = if helper.sleepable_only { "sleeps" } else { "-" };
            let _ = write!(out, "helper {id} {} {licence} {sleeps}", helper.name);
            for name in &helper.allowed {
                let _ = write!(out, " {name}");
            }
            out.push('\n');
        }
        out
    }

    /// Reads the file's text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut record = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            record.add(line).ok_or_else(|| Error::form("a line of the record", line))?;
        }
        Ok(record)
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        match words.next()? {
            "kernel" => self.kernel = words.next()?.to_owned(),
            "probed" => {
                self.probed.insert(words.next()?.to_owned());
            }
            "returns" => {
                let key = (words.next()?.to_owned(), words.next()?.to_owned());
                let range = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
                self.returns.insert(key, range);
            }
            "helper" => {
                let id = words.next()?.parse().ok()?;
                let name = words.next()?.to_owned();
                let gpl_only = words.next()? == "gpl";
                let sleepable_only = words.next()? == "sleeps";
                let allowed = words.map(str::to_owned).collect();
                let helper = HelperRecord { name, gpl_only, sleepable_only, allowed };
                self.helpers.insert(id, helper);
            }
            _ => return None,
        }
        Some(())
    }

    fn helper(&self, name: &str) -> Option<&HelperRecord> {
        self.helpers.values().find(|helper| helper.name == name)
    }

    /// Whether helper `name` is for GPL-compatible programs only.
    pub fn is_gpl_only(&self, name: &str) -> bool {
        self.helper(name).is_some_and(|helper| helper.gpl_only)
    }

    /// Whether helper `name` is for programs that may sleep only.
    pub fn is_sleepable_only(&self, name: &str) -> bool {
        self.helper(name).is_some_and(|helper| helper.sleepable_only)
    }

    /// The types that may call helper `name`, bit by number, or `None` if
    /// nothing is known.
    pub fn allowed_bits(&self, name: &str, types: &[ProgType]) -> Result<Option<u64>, Error> {
        let Some(helper) = self.helper(name).filter(|helper| !helper.allowed.is_empty()) else {
            return Ok(None);
        };
        let mut refused = 0;
        for name in self.probed.difference(&helper.allowed) {
            let known = types.iter().find(|known| known.name == *name);
            refused |= 1 << known.ok_or_else(|| Error::form("a program type", name))?.id;
        }
        Ok(Some(!refused))
    }
}

#[cfg(test)]
mod tests {
    use super::Record;
    use crate::r#gen::prog_types::ProgType;

    const TEXT: &str = "# Written by `cargo xtask gen probe`; do not edit.\nkernel 6.18\nprobed KPROBE\nprobed XDP\nreturns CGROUP_SKB - 0 1\nhelper 1 a gpl sleeps XDP\nhelper 2 b unknown -\n";

    #[test]
    fn the_record_survives_a_round_trip() {
        assert_eq!(Record::parse(TEXT).unwrap().render(), TEXT);
        assert!(Record::parse("nonsense").is_err());
    }

    #[test]
    fn unknown_means_allowed() {
        let record = Record::parse(TEXT).unwrap();
        let types = [("KPROBE", 2), ("XDP", 6), ("LSM", 29)]
            .map(|(name, id)| ProgType { name: name.to_owned(), id });
        let bits = record.allowed_bits("a", &types).unwrap();
        assert_eq!(bits, Some(!(1 << 2)));
        assert_eq!(record.allowed_bits("b", &types).unwrap(), None);
        assert!(record.is_gpl_only("a") && record.is_sleepable_only("a"));
        assert!(!record.is_gpl_only("b") && !record.is_sleepable_only("b"));
    }
}
