//! An object file, read and not loaded.

use std::sync::Arc;

use kernel::btf::{Btf, Kind, Space};
use kernel::disassemble::{INSTRUCTION_BYTES, Instruction, Reference, decode};

use super::core_relocations::core_relocations;
use super::{CodeLine, FunctionCode};
use crate::elf::{self, NamedFunction, Relocation};
use crate::error::Result;
use crate::line_info;
use crate::open::OpenObject;
use crate::spec::{MapSpec, ProgramSpec};

/// What an object holds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ObjectReport {
    /// The licence that it declares.
    pub license: Option<String>,
    /// Its programs.
    pub programs: Vec<ProgramSpec>,
    /// Its maps, those of global variables included.
    pub maps: Vec<MapSpec>,
    /// The structs of its BTF, those of the kernel that it relocates included.
    pub structs: Vec<StructText>,
    /// The code of all its functions.
    pub functions: Vec<FunctionCode>,
}

/// A struct or union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StructText {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u32,
    /// Offset in bytes and declaration of each member.
    pub members: Vec<(u32, String)>,
}

/// Reads an object's bytes; `name` is what errors call it.
///
/// # Errors
/// [`Error::BadObject`](crate::Error::BadObject) for anything that is no whole BPF object.
pub fn inspect_object(name: &str, bytes: &[u8]) -> Result<ObjectReport> {
    let object = OpenObject::from_bytes(name, bytes)?;
    Ok(ObjectReport {
        license: license(bytes),
        programs: object.programs().to_vec(),
        maps: object.maps().to_vec(),
        structs: structs(bytes),
        functions: functions(bytes),
    })
}

fn license(bytes: &[u8]) -> Option<String> {
    let text = elf::section(bytes, "license")?;
    let text = text.split(|&byte| byte == 0).next()?;
    Some(String::from_utf8_lossy(text).into_owned())
}

fn structs(bytes: &[u8]) -> Vec<StructText> {
    let Ok(btf) = Btf::parse(Arc::new(bytes.to_vec())) else { return Vec::new() };
    btf.named_types()
        .filter(|(name, space, _)| *space == Space::Struct && !name.starts_with("__pythonbpf_"))
        .filter_map(|(name, _, id)| {
            let ty = btf.get(id)?;
            let Kind::Struct { members, .. } = ty.kind else { return None };
            let member = |member: &kernel::btf::Member<'_>| {
                let bits = match member.bit_size {
                    0 => String::new(),
                    bits => format!(":{bits}"),
                };
                (member.bit_offset / 8, btf.declare(member.ty, member.name) + &bits)
            };
            let members = members.iter().map(member).collect();
            Some(StructText { name: name.to_owned(), size: ty.size, members })
        })
        .collect()
}

fn functions(bytes: &[u8]) -> Vec<FunctionCode> {
    let all = elf::functions(bytes);
    all.iter().map(|function| code(bytes, function, &all)).collect()
}

fn code(bytes: &[u8], function: &NamedFunction, all: &[NamedFunction]) -> FunctionCode {
    let relocations = elf::relocations(bytes, &function.section);
    let lines = line_info::section_lines(bytes, &function.section);
    let asked = core_relocations(bytes, &function.section);
    let start = function.offset;
    let instruction = |instruction: Instruction| {
        let at = start + u64::from(instruction.index) * INSTRUCTION_BYTES as u64;
        let relocation = relocations.iter().find(|relocation| relocation.offset == at);
        let source = lines.iter().find(|(offset, _)| u64::from(*offset) == at);
        CodeLine {
            index: instruction.index,
            text: instruction.to_string(),
            note: match asked.iter().find(|(offset, _)| u64::from(*offset) == at) {
                Some((_, what)) => what.clone(),
                None => note(instruction, relocation, function, all),
            },
            source: source.map(|(_, line)| line.clone()),
        }
    };
    FunctionCode {
        name: function.name.clone(),
        section: function.section.clone(),
        instructions: decode(function.code(bytes)).map(instruction).collect(),
    }
}

/// What an instruction refers to.
fn note(
    instruction: Instruction,
    relocation: Option<&Relocation>,
    function: &NamedFunction,
    all: &[NamedFunction],
) -> String {
    let named = |section: &str, offset: i64| {
        let found =
            all.iter().find(|f| f.section == section && i64::try_from(f.offset) == Ok(offset));
        found.map_or_else(String::new, |f| format!("function {}", f.name))
    };
    if let Some(relocation) = relocation {
        return match relocation.home.as_deref() {
            Some(".maps") => format!("map {}", relocation.symbol),
            None => format!("kernel's {}", relocation.symbol),
            // The symbol of a section: the number in the code says where in it.
            Some(section) if relocation.symbol.is_empty() || relocation.symbol == section => {
                match instruction.reference() {
                    Some(Reference::Function(_)) => {
                        named(section, (i64::from(instruction.imm) + 1) * INSTRUCTION_BYTES as i64)
                    }
                    _ => format!("{section}+{}", instruction.imm),
                }
            }
            Some(_) if relocation.is_function => format!("function {}", relocation.symbol),
            Some(_) => format!("variable {}", relocation.symbol),
        };
    }
    if let Some(Reference::Function(target)) = instruction.reference() {
        let offset = i64::try_from(function.offset).unwrap_or(i64::MAX);
        return named(&function.section, offset.saturating_add(target * INSTRUCTION_BYTES as i64));
    }
    instruction.jump().map_or_else(String::new, |target| format!("to {target}"))
}
