//! Source lines of instructions, out of the object's own line information.
//!
//! Verifier logs name the file and line only since Linux 6.9; the object
//! knows them for every kernel. Reads `.BTF.ext` (`struct btf_ext_header` and
//! `struct bpf_line_info` of the kernel's `tools/lib/bpf` and
//! `include/uapi/linux/bpf.h`) and the strings of `.BTF`.

use crate::elf;
use crate::verifier::SourceLine;

/// A line and column in one number: the line is above these bits.
const COLUMN_BITS: u32 = 10;
const INSTRUCTION_BYTES: u64 = 8;
/// `sizeof(struct bpf_line_info)` and of `struct bpf_core_relo`; newer ones may be
/// longer.
const RECORD_BYTES: usize = 16;
/// Where the header of `.BTF.ext` tells where the line information lies.
const LINE_INFO: usize = 16;

/// The line of instruction `index` of `program`; `None` if it lies outside,
/// in a subprogram, or the object has no line information.
pub fn source_line(object: &[u8], program: &str, index: u32) -> Option<SourceLine> {
    let function = elf::function(object, program)?;
    let offset = u64::from(index) * INSTRUCTION_BYTES;
    if offset >= function.size {
        return None;
    }
    let strings = Strings::of(elf::section(object, ".BTF")?)?;
    let records = line_records(elf::section(object, ".BTF.ext")?, &strings, &function.section)?;
    let wanted = u32::try_from(function.offset.checked_add(offset)?).ok()?;
    let start = u32::try_from(function.offset).ok()?;
    let record = records
        .into_iter()
        .filter(|record| (start..=wanted).contains(&record.instruction))
        .max_by_key(|record| record.instruction)?;
    record.line(&strings)
}

/// The lines of one section, each with the place in bytes where its code
/// begins.
pub(crate) fn section_lines(object: &[u8], section: &str) -> Vec<(u32, SourceLine)> {
    let find = || {
        let strings = Strings::of(elf::section(object, ".BTF")?)?;
        let records = line_records(elf::section(object, ".BTF.ext")?, &strings, section)?;
        let lines = records.iter().map(|record| Some((record.instruction, record.line(&strings)?)));
        lines.collect::<Option<Vec<_>>>()
    };
    find().unwrap_or_default()
}

struct Record {
    /// Bytes from the start of the section.
    instruction: u32,
    file: u32,
    text: u32,
    place: u32,
}

impl Record {
    fn line(&self, strings: &Strings<'_>) -> Option<SourceLine> {
        Some(SourceLine {
            text: strings.at(self.text)?.trim().to_owned(),
            file: Some(strings.at(self.file)?.to_owned()),
            line: Some(self.place >> COLUMN_BITS),
            column: Some(self.place & ((1 << COLUMN_BITS) - 1)),
        })
    }
}

/// The records of one section of the object.
fn line_records(info: &[u8], strings: &Strings<'_>, section: &str) -> Option<Vec<Record>> {
    let record = |bytes: &[u8]| {
        Some(Record {
            instruction: word(bytes, 0)?,
            file: word(bytes, 4)?,
            text: word(bytes, 8)?,
            place: word(bytes, 12)?,
        })
    };
    ext_records(info, LINE_INFO, strings, section)?.into_iter().map(record).collect()
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    elf::u32_at(bytes, at).ok()
}

/// The records of one section of the object in a part of `.BTF.ext`, by where the
/// header tells the part's start and length. All kinds have at least 16 bytes.
pub(crate) fn ext_records<'a>(
    info: &'a [u8],
    part: usize,
    strings: &Strings<'_>,
    section: &str,
) -> Option<Vec<&'a [u8]>> {
    let all = all_ext_records(info, part)?;
    let mut of_section = all.into_iter().filter(|(name, _)| strings.at(*name) == Some(section));
    of_section.next().map(|(_, records)| records)
}

/// Where the name of a section lies among the strings, and its records.
type SectionRecords<'a> = (u32, Vec<&'a [u8]>);

/// The records of each section.
pub(crate) fn all_ext_records(info: &[u8], part: usize) -> Option<Vec<SectionRecords<'_>>> {
    let header = word(info, 4)? as usize;
    if part + 8 > header {
        return None;
    }
    let start = header.checked_add(word(info, part)? as usize)?;
    let end = start.checked_add(word(info, part + 4)? as usize)?;
    let mut rest = info.get(start..end)?;
    let size = word(rest, 0)? as usize;
    if size < RECORD_BYTES {
        return None;
    }
    rest = rest.get(4..)?;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (name, count) = (word(rest, 0)?, word(rest, 4)? as usize);
        let (records, after) = rest.get(8..)?.split_at_checked(count.checked_mul(size)?)?;
        found.push((name, records.chunks_exact(size).collect()));
        rest = after;
    }
    Some(found)
}

/// The strings of a `.BTF` section.
pub(crate) struct Strings<'a>(&'a [u8]);

impl<'a> Strings<'a> {
    pub fn of(btf: &'a [u8]) -> Option<Self> {
        let word = |at| elf::u32_at(btf, at).ok().map(|word| word as usize);
        let start = word(4)?.checked_add(word(16)?)?;
        Some(Self(btf.get(start..start.checked_add(word(20)?)?)?))
    }

    pub fn at(&self, offset: u32) -> Option<&'a str> {
        let text = self.0.get(offset as usize..)?.split(|&byte| byte == 0).next()?;
        std::str::from_utf8(text).ok()
    }
}
