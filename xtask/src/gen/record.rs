//! The record of what a kernel's verifier said: a checked-in text file.
//!
//! `hook N KIND` numbers the kinds of programs that the kernel loads: program
//! type, attach type behind a colon, `.s` where the program may sleep. `helper
//! ID NAME any|gpl|unknown HOOKS` gives the licence that a helper asks for and
//! the kinds that may call it, a bit for each in hexadecimal; a helper without
//! any is one that the kernel lacks. `returns TYPE ATTACH|- MIN MAX` is the
//! range that the verifier holds a program's return value to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::Error;

/// Where the records are kept in the workspace.
pub const FOLDER: &str = "crates/kernel/data";

/// The kernels that were probed, oldest first: those of the lab and, where it
/// knows nothing of its own, the development machine's.
pub const KERNELS: [&str; 5] = ["5.10", "6.1", "6.12", "6.18", "7.2"];

/// The kernel that the ranges of return values are of.
pub const RETURNS_OF: &str = "6.18";

/// The file of a kernel's record.
pub fn path(kernel: &str) -> String {
    let mut numbers = kernel.split('.');
    let (major, minor) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    format!("{FOLDER}/helper-probe-{major}.{minor}.txt")
}

/// What was found out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Release of the probed kernel.
    pub kernel: String,
    /// The kinds of programs that could be asked.
    pub hooks: BTreeSet<String>,
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
    /// The kinds of programs that may call it.
    pub allowed: BTreeSet<String>,
}

impl Record {
    /// The file's text.
    pub fn render(&self) -> String {
        let mut out =
            format!("# Written by `cargo xtask gen probe`; do not edit.\nkernel {}\n", self.kernel);
        for (number, name) in self.hooks.iter().enumerate() {
            let _ = writeln!(out, "hook {number} {name}");
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
            let bits = (0..).zip(&self.hooks).fold(0_u128, |bits, (number, hook)| {
                bits | u128::from(helper.allowed.contains(hook)) << number
            });
            let _ = writeln!(out, "helper {id} {} {licence} {bits:x}", helper.name);
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
            "hook" => {
                words.next()?;
                self.hooks.insert(words.next()?.to_owned());
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
                let bits = u128::from_str_radix(words.next()?, 16).ok()?;
                let hooks = (0..).zip(&self.hooks).filter(|(number, _)| bits >> number & 1 != 0);
                let allowed = hooks.map(|(_, hook)| hook.clone()).collect();
                let helper = HelperRecord { name, gpl_only, allowed };
                self.helpers.insert(id, helper);
            }
            _ => return None,
        }
        Some(())
    }

    /// What was found out about helper `name`.
    pub fn helper(&self, name: &str) -> Option<&HelperRecord> {
        self.helpers.values().find(|helper| helper.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Record;

    const TEXT: &str = "# Written by `cargo xtask gen probe`; do not edit.\nkernel 6.18\nhook 0 KPROBE\nhook 1 TRACING:BPF_TRACE_ITER.s\nhook 2 XDP\nreturns CGROUP_SKB - 0 1\nhelper 1 a gpl 6\nhelper 2 b unknown 0\n";

    #[test]
    fn the_record_survives_a_round_trip() {
        let record = Record::parse(TEXT).unwrap();
        assert_eq!(record.render(), TEXT);
        let a = record.helper("a").unwrap();
        assert!(a.gpl_only && a.allowed.contains("XDP") && !a.allowed.contains("KPROBE"));
        assert!(Record::parse("nonsense").is_err());
    }
}
