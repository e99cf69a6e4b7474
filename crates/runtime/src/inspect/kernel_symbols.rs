//! Names of the kernel's functions by address, from `/proc/kallsyms`.

use std::collections::HashMap;
use std::fs;

/// The functions that some addresses are those of.
#[derive(Debug, Default)]
pub(super) struct KernelSymbols {
    /// What calls of helpers count from; 0 where addresses are hidden.
    base: u64,
    names: HashMap<u64, String>,
}

impl KernelSymbols {
    /// Reads the names; without the privilege for addresses there are none.
    pub(super) fn read() -> Self {
        let mut symbols = Self::default();
        for line in fs::read_to_string("/proc/kallsyms").unwrap_or_default().lines() {
            let mut words = line.split_whitespace();
            let (Some(address), _, Some(name)) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            let Ok(address @ 1..) = u64::from_str_radix(address, 16) else { continue };
            if name == "__bpf_call_base" {
                symbols.base = address;
            }
            symbols.names.insert(address, name.to_owned());
        }
        symbols
    }

    /// The function that a loaded program calls by this number.
    pub(super) fn called(&self, imm: i32) -> Option<&str> {
        if self.base == 0 {
            return None;
        }
        let address = self.base.wrapping_add_signed(imm.into());
        self.names.get(&address).map(String::as_str)
    }
}
