//! The record of what a kernel says of its kfuncs: a checked-in text file.
//!
//! `hook N KIND` numbers the kinds of programs that were asked: program type,
//! attach type or the operation that the program stands for behind a colon, `.s`
//! where it may sleep. `kfunc NAME FLAGS HOOKS` gives the kernel's `KF_*` flags
//! and the kinds that may call it, both in hexadecimal, a bit for each kind. The
//! flags are `-` where the kernel's image was not at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::Error;

/// The kernels that were asked, oldest first: 5.10 has no kfuncs that programs
/// of an object file can call.
pub const KERNELS: [&str; 4] = ["6.1", "6.12", "6.18", "7.2"];

/// The file of a kernel's record.
pub fn path(kernel: &str) -> String {
    format!("{}/kfunc-probe-{kernel}.txt", super::record::FOLDER)
}

/// What was found out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Release of the kernel.
    pub kernel: String,
    /// The kinds of programs that were asked.
    pub hooks: BTreeSet<String>,
    /// By name.
    pub kfuncs: BTreeMap<String, Kfunc>,
}

/// What was found out about one kfunc.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Kfunc {
    /// `KF_*`, where the image of the kernel was at hand.
    pub flags: Option<u32>,
    /// The kinds of programs that may call it.
    pub allowed: BTreeSet<String>,
}

/// Bits, as many as are needed.
type Bits = Vec<bool>;

fn hexadecimal(bits: &Bits) -> String {
    let digits = bits.chunks(4).map(|four| {
        (0..).zip(four).fold(0, |digit, (number, bit)| digit | u32::from(*bit) << number)
    });
    let text: String = digits.filter_map(|digit| char::from_digit(digit, 16)).collect();
    text.chars().rev().collect()
}

fn bits(text: &str) -> Option<Bits> {
    let digits = text.chars().rev().map(|digit| digit.to_digit(16));
    let mut bits = Bits::new();
    for digit in digits {
        let digit = digit?;
        bits.extend((0..4).map(|number| digit >> number & 1 != 0));
    }
    Some(bits)
}

impl Record {
    /// The file's text.
    pub fn render(&self) -> String {
        let mut out = format!(
            "# Written by `cargo xtask gen probe-kfuncs`; do not edit.\nkernel {}\n",
            self.kernel
        );
        for (number, name) in self.hooks.iter().enumerate() {
            let _ = writeln!(out, "hook {number} {name}");
        }
        for (name, kfunc) in &self.kfuncs {
            let allowed = self.hooks.iter().map(|hook| kfunc.allowed.contains(hook)).collect();
            let flags = kfunc.flags.map_or_else(|| "-".to_owned(), |flags| format!("{flags:x}"));
            let _ = writeln!(out, "kfunc {name} {flags} {}", hexadecimal(&allowed));
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
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["kernel", kernel] => self.kernel = (*kernel).to_owned(),
            ["hook", _, name] => {
                self.hooks.insert((*name).to_owned());
            }
            ["kfunc", name, flags, allowed] => {
                let allowed = self.hooks.iter().zip(bits(allowed)?).filter(|(_, bit)| *bit);
                let allowed = allowed.map(|(hook, _)| hook.clone()).collect();
                let flags = match *flags {
                    "-" => None,
                    flags => Some(u32::from_str_radix(flags, 16).ok()?),
                };
                self.kfuncs.insert((*name).to_owned(), Kfunc { flags, allowed });
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::Record;

    const TEXT: &str = "# Written by `cargo xtask gen probe-kfuncs`; do not edit.\nkernel 6.1\nhook 0 A\nhook 1 B.s\nhook 2 STRUCT_OPS:x.y\nkfunc f 85 5\nkfunc g - 0\n";

    #[test]
    fn the_record_survives_a_round_trip() {
        let record = Record::parse(TEXT).unwrap();
        assert_eq!(record.render(), TEXT);
        let f = &record.kfuncs["f"];
        assert!(f.flags == Some(0x85) && f.allowed.contains("A") && !f.allowed.contains("B.s"));
        assert!(Record::parse("nonsense").is_err());
    }
}
