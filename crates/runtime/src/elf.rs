//! A first look at the bytes, before libelf and libbpf see them.
//!
//! libbpf trusts an ELF file's outline more than bytes from anywhere deserve.
//! [`check`] makes sure that the headers, sections, symbols and strings lie
//! within the file, and says in plain words what the bytes are instead. Field
//! offsets are those of `Elf64_Ehdr`, `Elf64_Shdr` and `Elf64_Sym` in
//! `include/uapi/linux/elf.h`.

use kernel::Arch;

use crate::type_graph;

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("it is empty")]
    Empty,
    #[error("it is not an ELF file")]
    NotElf,
    #[error("it is not a 64-bit little-endian ELF file")]
    WrongClass,
    #[error("it is an ELF file for another machine, not for BPF")]
    NotBpf,
    #[error("it is not relocatable, as BPF objects are before they are loaded")]
    NotRelocatable,
    #[error("it is truncated")]
    Truncated,
    #[error("its {0} is corrupt")]
    Corrupt(&'static str),
}

/// What the section that says whose registers are read is called, before the name.
const PROCESSOR_SECTION: &str = ".pythonbpf.processor.";
/// The section of the type information.
const BTF_SECTION: &str = ".BTF";

const HEADER_BYTES: usize = 64;
const SECTION_BYTES: usize = 64;
const SYMBOL_BYTES: u64 = 24;
const RELOCATION_BYTES: u64 = 16;

const TYPE_RELOCATABLE: u16 = 1;
const MACHINE_BPF: u16 = 247;

const SECTION_SYMBOLS: u32 = 2;
const SECTION_STRINGS: u32 = 3;
const SECTION_NO_BITS: u32 = 8;
const SECTION_RELOCATIONS: u32 = 9;

const SYMBOL_FUNCTION: u8 = 2;

const FLAG_EXECUTABLE: u64 = 1 << 2;
const FLAG_COMPRESSED: u64 = 1 << 11;

struct Section {
    name: u32,
    kind: u32,
    flags: u64,
    offset: u64,
    size: u64,
    link: u32,
    info: u32,
    alignment: u64,
    entry_size: u64,
}

/// Accepts the outline of a BPF object.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Fault> {
    check_header(bytes)?;
    let sections = read_sections(bytes)?;
    let names = section_names(bytes, &sections)?;
    for section in &sections {
        check_section(bytes, section, &sections, names)?;
        if string_at(names, section.name) == Some(BTF_SECTION) {
            type_graph::check(section_data(bytes, section)?)?;
        }
    }
    Ok(())
}

fn check_header(bytes: &[u8]) -> Result<(), Fault> {
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    if !bytes.starts_with(b"\x7fELF") {
        return Err(Fault::NotElf);
    }
    if bytes.len() < HEADER_BYTES {
        return Err(Fault::Truncated);
    }
    if bytes.get(4..7) != Some(&[2, 1, 1]) {
        return Err(Fault::WrongClass);
    }
    if u16_at(bytes, 18)? != MACHINE_BPF {
        return Err(Fault::NotBpf);
    }
    if u16_at(bytes, 16)? != TYPE_RELOCATABLE {
        return Err(Fault::NotRelocatable);
    }
    if usize::from(u16_at(bytes, 58)?) != SECTION_BYTES {
        return Err(Fault::Corrupt("section table"));
    }
    Ok(())
}

fn read_sections(bytes: &[u8]) -> Result<Vec<Section>, Fault> {
    let start = usize::try_from(u64_at(bytes, 40)?).map_err(|_| Fault::Truncated)?;
    let count = usize::from(u16_at(bytes, 60)?);
    if count < 2 {
        return Err(Fault::Corrupt("section table"));
    }
    (0..count)
        .map(|index| {
            let at = start.checked_add(index * SECTION_BYTES).ok_or(Fault::Truncated)?;
            read_section(bytes, at)
        })
        .collect()
}

fn read_section(bytes: &[u8], at: usize) -> Result<Section, Fault> {
    // The last field is read first, so that every other one is in reach.
    let entry_size = u64_at(bytes, at.checked_add(56).ok_or(Fault::Truncated)?)?;
    Ok(Section {
        name: u32_at(bytes, at)?,
        kind: u32_at(bytes, at + 4)?,
        flags: u64_at(bytes, at + 8)?,
        offset: u64_at(bytes, at + 24)?,
        size: u64_at(bytes, at + 32)?,
        link: u32_at(bytes, at + 40)?,
        info: u32_at(bytes, at + 44)?,
        alignment: u64_at(bytes, at + 48)?,
        entry_size,
    })
}

fn check_section(
    bytes: &[u8],
    section: &Section,
    sections: &[Section],
    names: &[u8],
) -> Result<(), Fault> {
    if section.name as usize >= names.len() {
        return Err(Fault::Corrupt("section name table"));
    }
    if section.kind == 0 {
        return Ok(());
    }
    if section.flags & FLAG_COMPRESSED != 0 {
        return Err(Fault::Corrupt("section table"));
    }
    if section.alignment > 4096 {
        return Err(Fault::Corrupt("section alignment"));
    }
    if section.kind == SECTION_NO_BITS {
        // Becomes a map of this size; BPF maps end at 4 GiB.
        return if section.size <= u64::from(u32::MAX) {
            Ok(())
        } else {
            Err(Fault::Corrupt("section table"))
        };
    }
    let data = section_data(bytes, section)?;
    match section.kind {
        SECTION_STRINGS => strings(bytes, section).map(|_| ()),
        SECTION_SYMBOLS => check_symbols(bytes, section, data, sections),
        SECTION_RELOCATIONS => check_relocations(section, data, sections),
        _ => Ok(()),
    }
}

fn check_symbols(
    bytes: &[u8],
    section: &Section,
    data: &[u8],
    sections: &[Section],
) -> Result<(), Fault> {
    let fault = Fault::Corrupt("symbol table");
    if section.entry_size != SYMBOL_BYTES || !section.size.is_multiple_of(SYMBOL_BYTES) {
        return Err(fault);
    }
    let names = sections.get(section.link as usize).filter(|s| s.kind == SECTION_STRINGS);
    let names = strings(bytes, names.ok_or(fault)?)?;
    for symbol in data.chunks_exact(SYMBOL_BYTES as usize) {
        let index = usize::from(u16_at(symbol, 6)?);
        let reserved = index >= 0xff00;
        let within = sections.get(index).is_some_and(|home| {
            let value = u64_at(symbol, 8).unwrap_or(u64::MAX);
            let size = u64_at(symbol, 16).unwrap_or(u64::MAX);
            index == 0 || value.checked_add(size).is_some_and(|end| end <= home.size)
        });
        if u32_at(symbol, 0)? as usize >= names.len() || !(reserved || within) {
            return Err(fault);
        }
    }
    Ok(())
}

fn check_relocations(section: &Section, data: &[u8], sections: &[Section]) -> Result<(), Fault> {
    let fault = Fault::Corrupt("relocation table");
    if section.entry_size != RELOCATION_BYTES || !section.size.is_multiple_of(RELOCATION_BYTES) {
        return Err(fault);
    }
    let symbols = sections.get(section.link as usize).filter(|s| s.kind == SECTION_SYMBOLS);
    let symbols = symbols.ok_or(fault)?.size / SYMBOL_BYTES;
    let target = sections.get(section.info as usize).ok_or(fault)?;
    for relocation in data.chunks_exact(RELOCATION_BYTES as usize) {
        let place = u64_at(relocation, 0)?;
        let symbol = u64::from(u32_at(relocation, 12)?);
        if place >= target.size || symbol >= symbols {
            return Err(fault);
        }
    }
    Ok(())
}

/// A table of strings, of which the last ends within the table.
fn strings<'a>(bytes: &'a [u8], section: &Section) -> Result<&'a [u8], Fault> {
    if section.kind != SECTION_STRINGS {
        return Err(Fault::Corrupt("string table"));
    }
    let data = section_data(bytes, section)?;
    if data.last() == Some(&0) { Ok(data) } else { Err(Fault::Corrupt("string table")) }
}

fn section_data<'a>(bytes: &'a [u8], section: &Section) -> Result<&'a [u8], Fault> {
    let start = usize::try_from(section.offset).map_err(|_| Fault::Truncated)?;
    let size = usize::try_from(section.size).map_err(|_| Fault::Truncated)?;
    let end = start.checked_add(size).ok_or(Fault::Truncated)?;
    bytes.get(start..end).ok_or(Fault::Truncated)
}

/// The bytes of the section named `name`.
pub(crate) fn section<'a>(bytes: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let sections = read_sections(bytes).ok()?;
    let names = section_names(bytes, &sections).ok()?;
    let found = sections.iter().find(|section| string_at(names, section.name) == Some(name))?;
    section_data(bytes, found).ok()
}

/// The types of an object: raw BTF, as `bpftool btf dump file` reads it too.
pub fn btf_of(object: &[u8]) -> Option<&[u8]> {
    section(object, ".BTF")
}

/// The bytes of all sections whose names begin so.
pub(crate) fn sections_like<'a>(bytes: &'a [u8], start: &str) -> Vec<&'a [u8]> {
    let sections = read_sections(bytes).unwrap_or_default();
    let Ok(names) = section_names(bytes, &sections) else { return Vec::new() };
    let named = |section: &&Section| {
        string_at(names, section.name).is_some_and(|name| name.starts_with(start))
    };
    sections.iter().filter(named).filter_map(|found| section_data(bytes, found).ok()).collect()
}

/// How many symbols there are in the section named `name`.
pub(crate) fn count_symbols(bytes: &[u8], name: &str) -> usize {
    let count = || {
        let sections = read_sections(bytes).ok()?;
        let names = section_names(bytes, &sections).ok()?;
        let home = sections.iter().position(|s| string_at(names, s.name) == Some(name))?;
        let table = sections.iter().find(|section| section.kind == SECTION_SYMBOLS)?;
        let symbols = section_data(bytes, table).ok()?.chunks_exact(SYMBOL_BYTES as usize);
        Some(symbols.filter(|s| u16_at(s, 6).is_ok_and(|at| usize::from(at) == home)).count())
    };
    count().unwrap_or_default()
}

/// The processor whose registers the programs read, where it is not this one.
pub(crate) fn other_processor(bytes: &[u8]) -> Option<&'static str> {
    let others = Arch::NAMES.into_iter().filter(|name| *name != Arch::host().name());
    let mut others = others.map(|name| (name, format!("{PROCESSOR_SECTION}{name}")));
    others.find(|(_, section)| count_symbols(bytes, section) > 0).map(|(name, _)| name)
}

/// The sections that hold instructions.
pub(crate) fn code(bytes: &[u8]) -> Vec<&[u8]> {
    let sections = read_sections(bytes).unwrap_or_default();
    let executable = sections.iter().filter(|section| section.flags & FLAG_EXECUTABLE != 0);
    executable.filter_map(|section| section_data(bytes, section).ok()).collect()
}

/// A function with its name.
pub(crate) struct NamedFunction {
    pub(crate) name: String,
    pub(crate) section: String,
    pub(crate) offset: u64,
    pub(crate) size: u64,
    /// Where its code lies in the file.
    code: std::ops::Range<usize>,
}

impl NamedFunction {
    /// Its instructions.
    pub(crate) fn code<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.code.clone()).unwrap_or_default()
    }
}

/// All functions, in the order of the sections and of their places there.
pub(crate) fn functions(bytes: &[u8]) -> Vec<NamedFunction> {
    let named = |symbol: &Symbol<'_>, sections: &[Section], names: &[u8]| {
        let home = sections.get(symbol.home)?;
        let start = usize::try_from(home.offset.checked_add(symbol.value)?).ok()?;
        let end = start.checked_add(usize::try_from(symbol.size).ok()?)?;
        bytes.get(start..end)?;
        Some(NamedFunction {
            name: symbol.name.to_owned(),
            section: string_at(names, home.name)?.to_owned(),
            offset: symbol.value,
            size: symbol.size,
            code: start..end,
        })
    };
    let find = || {
        let sections = read_sections(bytes).ok()?;
        let names = section_names(bytes, &sections).ok()?;
        let all = symbols(bytes, &sections)?;
        let functions = all.iter().filter(|symbol| symbol.kind == SYMBOL_FUNCTION);
        let mut found: Vec<(usize, NamedFunction)> = functions
            .filter_map(|symbol| Some((symbol.home, named(symbol, &sections, names)?)))
            .collect();
        found.sort_by_key(|(home, function)| (*home, function.offset));
        Some(found.into_iter().map(|(_, function)| function).collect())
    };
    find().unwrap_or_default()
}

/// A place in the code of a section that the loader fills in.
pub(crate) struct Relocation {
    /// Bytes from the start of the section.
    pub(crate) offset: u64,
    /// What goes there; empty for a section as a whole.
    pub(crate) symbol: String,
    /// Whether that is a function.
    pub(crate) is_function: bool,
    /// The section that has it; `None` if the kernel does.
    pub(crate) home: Option<String>,
}

/// The relocations of the section named `name`.
pub(crate) fn relocations(bytes: &[u8], name: &str) -> Vec<Relocation> {
    let find = || {
        let sections = read_sections(bytes).ok()?;
        let names = section_names(bytes, &sections).ok()?;
        let all = symbols(bytes, &sections)?;
        let target = sections.iter().position(|s| string_at(names, s.name) == Some(name))?;
        let table =
            sections.iter().find(|s| s.kind == SECTION_RELOCATIONS && s.info as usize == target)?;
        let entries = section_data(bytes, table).ok()?.chunks_exact(RELOCATION_BYTES as usize);
        let relocation = |entry: &[u8]| {
            let symbol = all.get(u32_at(entry, 12).ok()? as usize)?;
            let home = sections.get(symbol.home).filter(|_| symbol.home != 0);
            Some(Relocation {
                offset: u64_at(entry, 0).ok()?,
                symbol: symbol.name.to_owned(),
                is_function: symbol.kind == SYMBOL_FUNCTION,
                home: home.and_then(|home| string_at(names, home.name)).map(str::to_owned),
            })
        };
        Some(entries.filter_map(relocation).collect())
    };
    find().unwrap_or_default()
}

struct Symbol<'a> {
    name: &'a str,
    kind: u8,
    /// Index of its section.
    home: usize,
    value: u64,
    size: u64,
}

/// The whole table of symbols.
fn symbols<'a>(bytes: &'a [u8], sections: &[Section]) -> Option<Vec<Symbol<'a>>> {
    let table = sections.iter().find(|section| section.kind == SECTION_SYMBOLS)?;
    let names = strings(bytes, sections.get(table.link as usize)?).ok()?;
    let symbol = |symbol: &[u8]| {
        Some(Symbol {
            name: string_at(names, u32_at(symbol, 0).ok()?)?,
            kind: symbol.get(4)? & 0xf,
            home: usize::from(u16_at(symbol, 6).ok()?),
            value: u64_at(symbol, 8).ok()?,
            size: u64_at(symbol, 16).ok()?,
        })
    };
    section_data(bytes, table).ok()?.chunks_exact(SYMBOL_BYTES as usize).map(symbol).collect()
}

/// The function named `name`.
pub(crate) fn function(bytes: &[u8], name: &str) -> Option<NamedFunction> {
    functions(bytes).into_iter().find(|function| function.name == name)
}

fn section_names<'a>(bytes: &'a [u8], sections: &[Section]) -> Result<&'a [u8], Fault> {
    let index = usize::from(u16_at(bytes, 62)?);
    strings(bytes, sections.get(index).ok_or(Fault::Corrupt("section name table"))?)
}

fn string_at(table: &[u8], offset: u32) -> Option<&str> {
    let text = table.get(offset as usize..)?.split(|&byte| byte == 0).next()?;
    std::str::from_utf8(text).ok()
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Fault> {
    let end = at.checked_add(N).ok_or(Fault::Truncated)?;
    bytes.get(at..end).and_then(|part| part.try_into().ok()).ok_or(Fault::Truncated)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, Fault> {
    array(bytes, at).map(u16::from_le_bytes)
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Fault> {
    array(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Result<u64, Fault> {
    array(bytes, at).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_wrong_bytes_has_its_words() {
        assert_eq!(check(b""), Err(Fault::Empty));
        assert_eq!(check(&[0; 4096]), Err(Fault::NotElf));
        assert_eq!(check(b"\x7fELF"), Err(Fault::Truncated));
        let own = std::fs::read("/proc/self/exe").unwrap();
        assert_eq!(check(&own), Err(Fault::NotBpf));
    }
}
