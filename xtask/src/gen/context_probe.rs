//! Asks the verifier which program may read and write which field of its
//! context, and keeps the answers in a checked-in file.
//!
//! `hook TYPE ATTACH|-` lists the kinds of programs that were asked, and
//! `field STRUCT NAME READ WRITE` has a bit for each, in hexadecimal: loads and
//! stores of the field's own width. Fields of arrays are asked for their last
//! element.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Error;
use super::constants::Constants;
use super::probe::{Target, host_targets};
use super::prog_types::ProgType;
use super::sections::{Def, contexts};
use super::structs::{Field, Layout};

/// Where the answers are kept in the workspace.
pub const PATH: &str = "crates/kernel/data/context-probe-6.18.txt";

/// What the verifier allowed.
#[derive(Debug, Default)]
pub struct Access {
    /// Program type without its prefix, and attach type.
    pub hooks: Vec<(String, Option<String>)>,
    /// By struct and field: who may read and who may write.
    pub fields: BTreeMap<(String, String), (u128, u128)>,
}

impl Access {
    /// Reads the file's text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut access = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            access.add(line).ok_or_else(|| Error::form("a line of the record", line))?;
        }
        Ok(access)
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["hook", prog_type, attach] => {
                let attach = Some(*attach).filter(|attach| *attach != "-");
                self.hooks.push(((*prog_type).to_owned(), attach.map(str::to_owned)));
            }
            ["field", of, name, read, write] => {
                let bits = |text| u128::from_str_radix(text, 16).ok();
                let key = ((*of).to_owned(), (*name).to_owned());
                self.fields.insert(key, (bits(read)?, bits(write)?));
            }
            _ => return None,
        }
        Some(())
    }

    /// The file's text.
    pub fn render(&self) -> String {
        let mut out = "# Written by `cargo xtask gen probe`; do not edit.\n".to_owned();
        for (prog_type, attach) in &self.hooks {
            let _ = writeln!(out, "hook {prog_type} {}", attach.as_deref().unwrap_or("-"));
        }
        for ((of, name), (read, write)) in &self.fields {
            let _ = writeln!(out, "field {of} {name} {read:x} {write:x}");
        }
        out
    }
}

/// Asks the running kernel.
pub fn host(
    prog_types: &[ProgType],
    constants: &Constants,
    defs: &[Def<'_>],
    code: &str,
    layouts: &[Layout],
) -> Result<Access, Error> {
    let structs = contexts(code)?;
    let mut access = Access::default();
    for target in host_targets(prog_types, constants, defs)? {
        let of = structs.iter().find(|(prog_type, _)| *prog_type == target.prog_type);
        let layout = of.and_then(|(_, of)| layouts.iter().find(|layout| layout.name == *of));
        let Some(layout) = layout else { continue };
        let hook = (target.prog_type.clone(), target.attach.clone());
        if access.hooks.contains(&hook) {
            continue;
        }
        let bit = 1_u128 << access.hooks.len();
        access.hooks.push(hook);
        for field in &layout.fields {
            let key = (layout.name.clone(), field.name.clone());
            let entry = access.fields.entry(key).or_default();
            entry.0 |= if allows(&target, &load(field)) { bit } else { 0 };
            entry.1 |= if allows(&target, &store(field)) { bit } else { 0 };
        }
    }
    Ok(access)
}

/// `r2 = *(r1 + field)`
fn load(field: &Field) -> [u64; 1] {
    [0x61 | width(field) | 0x12 << 8 | place(field)]
}

/// `r2 = 0; *(r1 + field) = r2`
fn store(field: &Field) -> [u64; 2] {
    [0xb7 | 0x02 << 8, 0x63 | width(field) | 0x21 << 8 | place(field)]
}

/// The width's bits beside those of a 32-bit access.
fn width(field: &Field) -> u64 {
    match field.size {
        1 => 0x10,
        2 => 0x08,
        8 => 0x18,
        _ => 0,
    }
}

fn place(field: &Field) -> u64 {
    u64::from(field.offset + field.bytes() - field.size) << 16
}

fn allows(target: &Target, instructions: &[u64]) -> bool {
    // Whatever the hook says about the value that is returned.
    let mut all = instructions.to_vec();
    all.extend([0xb7, 0x95]);
    let verdict = target.run(&all);
    verdict.refusal.is_none() || verdict.log.contains("At program exit")
}
