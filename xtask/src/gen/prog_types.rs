//! The program types.

use std::fmt::Write;

use super::constants::Constants;
use super::{BANNER, Error};

/// A program type of the header.
pub struct ProgType {
    /// Its name without `BPF_PROG_TYPE_`.
    pub name: String,
    /// Its number.
    pub id: u32,
}

/// The program types, in the order of their numbers.
pub fn parse(constants: &Constants) -> Result<Vec<ProgType>, Error> {
    constants
        .members("bpf_prog_type")
        .filter_map(|(name, value)| Some((name.strip_prefix("BPF_PROG_TYPE_")?, value)))
        .filter(|&(name, _)| name != "UNSPEC")
        .map(|(name, value)| {
            let id = u32::try_from(value).map_err(|_| Error::form("a program type", name))?;
            Ok(ProgType { name: name.to_owned(), id })
        })
        .collect()
}

/// `SOCKET_FILTER` as the name of a Rust variant.
pub fn variant(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut chars = word.chars();
            chars
                .next()
                .into_iter()
                .chain(chars.map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>())
        })
        .collect()
}

/// `generated/prog_types.rs`.
pub fn render(types: &[ProgType]) -> String {
    let mut out = format!(
        "//! {BANNER}\n\n/// A program type, numbered as the kernel does.\n#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]\npub enum ProgType {{\n"
    );
    for ProgType { name, id } in types {
        let _ = writeln!(out, "    /// `BPF_PROG_TYPE_{name}`\n    {} = {id},", variant(name));
    }
    out += "}\n\nimpl ProgType {\n    /// Every program type, by number.\n    pub const EVERY: &[Self] = &[\n";
    for ProgType { name, .. } in types {
        let _ = writeln!(out, "        Self::{},", variant(name));
    }
    out += "    ];\n\n    /// The kernel's name, `BPF_PROG_TYPE_XDP`.\n    pub const fn kernel_name(self) -> &'static str {\n        match self {\n";
    for ProgType { name, .. } in types {
        let _ = writeln!(out, "            Self::{} => \"BPF_PROG_TYPE_{name}\",", variant(name));
    }
    out + "        }\n    }\n}\n"
}
