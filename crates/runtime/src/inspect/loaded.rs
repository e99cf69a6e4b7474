//! Programs and maps that are in the kernel now, whoever loaded them.

use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::time::Duration;

use kernel::btf::Btf;
use kernel::disassemble::{Instruction, Reference, decode};
use libbpf_rs::libbpf_sys;
use libbpf_rs::query::{MapInfo, MapInfoIter, ProgInfoIter, ProgInfoQueryOptions, ProgramInfo};

use super::kernel_symbols::KernelSymbols;
use super::{CodeLine, FunctionCode};
use crate::error::{Error, Result};
use crate::loaded_btf;
use crate::map::lookup_raw;
use crate::open::check;
use crate::pins::program_info;
use crate::prints;
use crate::privilege::{Capability, missing_capabilities};
use crate::spec::{MapSpec, kernel_spec};
use crate::value::{Value, decode as decode_value};
use crate::verifier::SourceLine;

/// A program in the kernel.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoadedProgram {
    /// The kernel's number for it.
    pub id: u32,
    /// Its name, whole where BTF tells it: the kernel keeps 15 letters.
    pub name: String,
    /// Its type, as bpftool names it.
    pub kind: String,
    /// The hash of its instructions.
    pub tag: String,
    /// Instructions after the verifier rewrote them.
    pub instructions: usize,
    /// Bytes of machine code.
    pub jited_bytes: usize,
    /// Instructions that the verifier went through; 0 before Linux 5.16.
    pub verified_instructions: u32,
    /// How often it ran, counted while `kernel.bpf_stats_enabled` is on.
    pub run_count: u64,
    /// How long it ran in all, in nanoseconds.
    pub run_time_ns: u64,
    /// Runs that were left out because it was running already.
    pub missed: u64,
    /// When it was loaded, since the system started.
    pub loaded_at: Duration,
    /// Who loaded it.
    pub user: u32,
    /// Numbers of the maps that it uses.
    pub maps: Vec<u32>,
    /// Its code; empty where the kernel does not show it.
    pub code: Vec<FunctionCode>,
}

/// A map in the kernel.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoadedMap {
    /// The kernel's number for it.
    pub id: u32,
    /// Its name, type, sizes and layouts.
    pub spec: MapSpec,
    /// Names and numbers of the programs that use it.
    pub programs: Vec<(u32, String)>,
}

/// Every program in the kernel; `with_code` also disassembles them.
///
/// # Errors
/// [`Error::MissingPrivilege`] without `CAP_SYS_ADMIN`, which the kernel asks for.
pub fn loaded_programs(with_code: bool) -> Result<Vec<LoadedProgram>> {
    permitted("listing programs")?;
    let options = ProgInfoQueryOptions::default()
        .include_map_ids(true)
        .include_func_info(true)
        .include_xlated_prog_insns(with_code)
        .include_line_info(with_code);
    let symbols = if with_code { KernelSymbols::read() } else { KernelSymbols::default() };
    let names = if with_code { map_names() } else { Vec::new() };
    let (sizes, _) = prints::capture(sizes);
    let programs = ProgInfoIter::with_query_opts(options);
    Ok(programs.map(|info| program(&info, &sizes, &symbols, &names, with_code)).collect())
}

/// The lengths of a program's code, which libbpf-rs keeps only with the code.
struct Sizes {
    id: u32,
    xlated: u32,
    jited: u32,
}

fn sizes() -> Vec<Sizes> {
    let mut found = Vec::new();
    let mut id = 0;
    // SAFETY: the number is written to while the call lasts.
    while unsafe { libbpf_sys::bpf_prog_get_next_id(id, &mut id) } == 0 {
        // SAFETY: a plain number.
        let Ok(descriptor) = check(unsafe { libbpf_sys::bpf_prog_get_fd_by_id(id) }) else {
            continue;
        };
        // SAFETY: a new descriptor that nobody else has.
        let program = unsafe { OwnedFd::from_raw_fd(descriptor) };
        if let Ok(info) = program_info(&program) {
            found.push(Sizes { id, xlated: info.xlated_prog_len, jited: info.jited_prog_len });
        }
    }
    found
}

fn permitted(action: &str) -> Result<()> {
    match missing_capabilities(&[Capability::SysAdmin]) {
        missing if missing.is_empty() => Ok(()),
        missing => Err(Error::MissingPrivilege { action: action.to_owned(), missing, place: None }),
    }
}

fn program(
    info: &ProgramInfo,
    sizes: &[Sizes],
    symbols: &KernelSymbols,
    maps: &[(u32, String)],
    with_code: bool,
) -> LoadedProgram {
    let size = sizes.iter().find(|size| size.id == info.id);
    let btf = loaded_btf::parsed(info.btf_id).ok();
    let functions: Vec<(u32, String)> = info
        .func_info
        .iter()
        .map(|record| {
            let ty = btf.as_ref().and_then(|btf| btf.get(kernel::btf::TypeId(record.type_id)));
            (record.insn_off, ty.map_or_else(String::new, |ty| ty.name.to_owned()))
        })
        .collect();
    let short = info.name.to_string_lossy().into_owned();
    let whole = functions.iter().map(|(_, name)| name).find(|name| name.starts_with(&short));
    let name = whole.filter(|name| !name.is_empty()).cloned().unwrap_or(short);
    let code = if with_code {
        code(info, &name, &functions, btf.as_ref(), symbols, maps)
    } else {
        Vec::new()
    };
    LoadedProgram {
        id: info.id,
        name,
        kind: program_kind(info.ty as u32),
        tag: info.tag.0.iter().map(|byte| format!("{byte:02x}")).collect(),
        instructions: size.map_or(0, |size| size.xlated as usize / 8),
        jited_bytes: size.map_or(0, |size| size.jited as usize),
        verified_instructions: info.verified_insns,
        run_count: info.run_cnt,
        run_time_ns: info.run_time_ns,
        missed: info.recursion_misses,
        loaded_at: info.load_time,
        user: info.created_by_uid,
        maps: info.map_ids.clone(),
        code,
    }
}

pub(crate) fn program_kind(number: u32) -> String {
    // SAFETY: the function takes any number and returns NULL or a static text.
    let name = unsafe {
        let name = libbpf_sys::libbpf_bpf_prog_type_str(number);
        if name.is_null() { None } else { std::ffi::CStr::from_ptr(name).to_str().ok() }
    };
    name.map_or_else(|| format!("type {number}"), str::to_owned)
}

/// The functions of a loaded program, which lie one behind the other.
fn code(
    info: &ProgramInfo,
    name: &str,
    functions: &[(u32, String)],
    btf: Option<&Btf>,
    symbols: &KernelSymbols,
    maps: &[(u32, String)],
) -> Vec<FunctionCode> {
    let mut found: Vec<FunctionCode> = Vec::new();
    for instruction in decode(&info.xlated_prog_insns) {
        let begins = functions.iter().find(|(at, _)| *at == instruction.index);
        if let Some((_, function)) = begins {
            found.push(named(function));
        } else if found.is_empty() {
            found.push(named(name));
        }
        let record = info.line_info.iter().find(|line| line.insn_off == instruction.index);
        let source = record.zip(btf).map(|(record, btf)| SourceLine {
            text: btf.text(record.line_off).trim().to_owned(),
            file: Some(btf.text(record.file_name_off).to_owned()),
            line: Some(record.line_num),
            column: Some(record.line_col),
        });
        let line = CodeLine {
            index: instruction.index,
            text: text(instruction, symbols),
            note: note(instruction, functions, maps),
            source,
        };
        if let Some(function) = found.last_mut() {
            function.instructions.push(line);
        }
    }
    found
}

fn named(name: &str) -> FunctionCode {
    FunctionCode { name: name.to_owned(), section: String::new(), instructions: Vec::new() }
}

/// The instruction; the kernel shows calls as distances to the function.
fn text(instruction: Instruction, symbols: &KernelSymbols) -> String {
    match instruction.reference() {
        Some(Reference::Helper(imm) | Reference::Kfunc(imm)) => match symbols.called(imm) {
            Some(name) => format!("call {name}"),
            None => format!("call {imm:+#x}"),
        },
        _ => instruction.to_string(),
    }
}

fn note(instruction: Instruction, functions: &[(u32, String)], maps: &[(u32, String)]) -> String {
    let map = |id: i32| {
        let found = maps.iter().find(|(known, _)| i64::from(*known) == i64::from(id));
        found.map_or_else(String::new, |(_, name)| format!("map {name}"))
    };
    match instruction.reference() {
        Some(Reference::Map(id) | Reference::MapValue(id, _)) => map(id),
        Some(Reference::Function(target)) => {
            let found = functions.iter().find(|(at, _)| i64::from(*at) == target);
            found.map_or_else(String::new, |(_, name)| format!("function {name}"))
        }
        Some(_) => String::new(),
        None => instruction.jump().map_or_else(String::new, |target| format!("to {target}")),
    }
}

fn map_names() -> Vec<(u32, String)> {
    MapInfoIter::default().map(|info| (info.id, info.name.to_string_lossy().into_owned())).collect()
}

/// Every map in the kernel.
///
/// # Errors
/// [`Error::MissingPrivilege`] without `CAP_SYS_ADMIN`, which the kernel asks for.
pub fn loaded_maps() -> Result<Vec<LoadedMap>> {
    let programs = loaded_programs(false)?;
    Ok(MapInfoIter::default().map(|info| loaded_map(&info, &programs)).collect())
}

fn loaded_map(info: &MapInfo, programs: &[LoadedProgram]) -> LoadedMap {
    let users: Vec<&LoadedProgram> =
        programs.iter().filter(|program| program.maps.contains(&info.id)).collect();
    let btf = loaded_btf::for_layouts(info.btf_id);
    let raw = libbpf_sys::bpf_map_info {
        type_: info.ty as u32,
        key_size: info.key_size,
        value_size: info.value_size,
        max_entries: info.max_entries,
        map_flags: info.map_flags,
        btf_key_type_id: info.btf_key_type_id,
        btf_value_type_id: info.btf_value_type_id,
        ..Default::default()
    };
    let name = info.name.to_string_lossy().into_owned();
    let spec = MapSpec { libbpf_name: name.clone(), name, ..kernel_spec(&raw, btf.as_ref()) };
    let programs = users.iter().map(|program| (program.id, program.name.clone())).collect();
    LoadedMap { id: info.id, spec, programs }
}

impl LoadedMap {
    /// Some of the entries, and whether there are more; an array's that are
    /// zero are left out. Values of per-CPU maps are lists.
    ///
    /// # Errors
    /// The map is gone, or the kernel does not show it.
    pub fn entries(&self, limit: usize) -> Result<(Vec<(Value, Value)>, bool)> {
        let system =
            |source| Error::System { action: format!("reading map `{}`", self.spec.name), source };
        // SAFETY: a plain number.
        let descriptor =
            check(unsafe { libbpf_sys::bpf_map_get_fd_by_id(self.id) }).map_err(system)?;
        // SAFETY: a new descriptor that nobody else has.
        let map = unsafe { OwnedFd::from_raw_fd(descriptor) };
        let mut found = Vec::new();
        let mut key: Option<Vec<u8>> = None;
        while let Some(next) = next_key(&map, key.as_deref(), self.spec.key_size as usize) {
            if let Some(entry) = self.entry(&map, &next).map_err(system)? {
                if found.len() == limit {
                    return Ok((found, true));
                }
                found.push(entry);
            }
            key = Some(next);
        }
        Ok((found, false))
    }

    fn entry(&self, map: &OwnedFd, key: &[u8]) -> io::Result<Option<(Value, Value)>> {
        let spec = &self.spec;
        let one = (spec.value_size as usize).next_multiple_of(8);
        let per_cpu = spec.map_type.is_per_cpu();
        let bytes = if per_cpu {
            one * libbpf_rs::num_possible_cpus().map_err(io::Error::other)?
        } else {
            spec.value_size as usize
        };
        let Some(value) = lookup_raw(map.as_raw_fd(), key, bytes)? else { return Ok(None) };
        if spec.map_type.is_array() && value.iter().all(|&byte| byte == 0) {
            return Ok(None);
        }
        let decoded = |bytes: &[u8]| {
            decode_value(&spec.value, bytes.get(..spec.value_size as usize).unwrap_or(bytes))
        };
        let value = match per_cpu {
            true => Value::List(value.chunks(one).map(decoded).collect()),
            false => decoded(&value),
        };
        Ok(Some((decode_value(&spec.key, key), value)))
    }
}

fn next_key(map: &OwnedFd, key: Option<&[u8]>, size: usize) -> Option<Vec<u8>> {
    let mut next = vec![0_u8; size];
    let key = key.map_or(std::ptr::null(), |key| key.as_ptr());
    // SAFETY: both point to `size` bytes, or the first to none.
    let status = unsafe {
        libbpf_sys::bpf_map_get_next_key(map.as_raw_fd(), key.cast(), next.as_mut_ptr().cast())
    };
    (status == 0).then_some(next)
}
