//! Why a load failed, in words of ours.
//!
//! libbpf answers with an error number and printed lines; [`explain`] reads
//! both and picks the [`Error`] that fits. The patterns are the messages of
//! libbpf 1.7 (`src/libbpf.c`).

use std::io;
use std::path::Path;

use libbpf_rs::Btf;
use libbpf_rs::btf::{BtfKind, BtfType};

use crate::error::{Error, ProgramPlace};
use crate::line_info;
use crate::nearest::nearest;
use crate::pins::{is_bpf_fs, no_bpf_fs};
use crate::prints;
use crate::privilege::{
    Capability, capabilities_for_section, capabilities_to_make, missing_capabilities,
};
use crate::spec::{MapSpec, ProgramSpec};
use crate::verifier::Rejection;

const LOG_BEGIN: &str = "-- BEGIN PROG LOAD LOG --\n";
const LOG_END: &str = "-- END PROG LOAD LOG --";

/// Whether libbpf gave up on a program, so that its log is worth having.
pub(crate) fn is_program_failure(printed: &str) -> bool {
    printed.contains("BPF program load failed")
}

/// Picks the error for a failed load.
pub(crate) fn explain(
    object: &str,
    bytes: &[u8],
    programs: &[ProgramSpec],
    maps: &[MapSpec],
    printed: &str,
    failure: io::Error,
) -> Error {
    let place = failing_program(programs, printed);
    if let Some(place) = &place
        && let Some(log) = verifier_log(printed)
    {
        if let Some(error) = inlined(place, &log) {
            return error;
        }
        return rejection(bytes, place.clone(), log);
    }
    if let Some(error) = map_failure(maps, printed, &failure) {
        return error;
    }
    if is_permission(&failure) {
        return missing_privilege(object, programs, place);
    }
    if printed.contains("Error loading vmlinux BTF")
        && !Path::new("/sys/kernel/btf/vmlinux").exists()
    {
        return Error::NoKernelBtf;
    }
    if let Some(error) = place.as_ref().and_then(|place| missing_hook(place, printed)) {
        return error;
    }
    if let Some(place) = &place
        && printed.contains("attach program FD is not set")
    {
        let reason = format!(
            "`{}` ({}) stands in the place of a function of a loaded program: say of which one, \
             with replace() before the load, or `--program ID`",
            place.program, place.section
        );
        let (object, place) = (object.to_owned(), Some(place.clone()));
        return Error::LoadFailed { object, reason, place, source: failure };
    }
    let what = match &place {
        Some(place) => format!("the kernel does not take `{}` ({})", place.program, place.section),
        None => "the kernel does not take it".to_owned(),
    };
    let reason = match prints::first_line(printed) {
        Some(line) => format!("{what}: {failure}; libbpf says: {line}"),
        None => format!("{what}: {failure}"),
    };
    Error::LoadFailed { object: object.to_owned(), reason, place, source: failure }
}

fn rejection(bytes: &[u8], place: ProgramPlace, log: String) -> Error {
    let mut rejection = Rejection::from_log(place, log);
    let known = rejection
        .instruction
        .and_then(|index| line_info::source_line(bytes, &rejection.place.program, index));
    if known.is_some() {
        rejection.source_line = known;
    }
    Error::Rejected(Box::new(rejection))
}

fn failing_program(programs: &[ProgramSpec], printed: &str) -> Option<ProgramPlace> {
    printed.lines().find_map(|line| {
        let name = quoted_after(line, "prog '")?;
        programs.iter().find(|program| program.name == name).map(ProgramSpec::place)
    })
}

fn verifier_log(printed: &str) -> Option<String> {
    let (_, rest) = printed.split_once(LOG_BEGIN)?;
    let log = rest.rsplit_once(LOG_END).map_or(rest, |(log, _)| log);
    (!log.trim().is_empty()).then(|| log.to_owned())
}

/// The text between `start` and the next `'`.
fn quoted_after<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    line.split_once(start)?.1.split_once('\'').map(|(quoted, _)| quoted)
}

fn is_permission(failure: &io::Error) -> bool {
    matches!(failure.raw_os_error(), Some(libc::EPERM | libc::EACCES))
}

fn missing_privilege(object: &str, programs: &[ProgramSpec], place: Option<ProgramPlace>) -> Error {
    let sections: Vec<&str> = match &place {
        Some(place) => vec![&place.section],
        None => programs.iter().map(|program| program.section.as_str()).collect(),
    };
    let mut needed = Vec::new();
    for capability in sections.into_iter().flat_map(capabilities_for_section) {
        if !needed.contains(&capability) {
            needed.push(capability);
        }
    }
    let action = match &place {
        Some(place) => format!("loading `{}` ({})", place.program, place.section),
        None => format!("loading `{object}`"),
    };
    Error::MissingPrivilege { action, missing: missing_capabilities(&needed), place }
}

fn map_failure(maps: &[MapSpec], printed: &str, failure: &io::Error) -> Option<Error> {
    let line = printed.lines().find(|line| line.contains("': failed to create: "))?;
    let name = quoted_after(line, "map '")?;
    let spec = maps.iter().find(|map| map.name == name);
    if is_permission(failure) {
        let needed = spec.map(|spec| capabilities_to_make(spec.map_type.number()));
        return Some(Error::MissingPrivilege {
            action: format!("creating map `{name}`"),
            missing: missing_capabilities(&needed.unwrap_or_else(|| vec![Capability::Bpf])),
            place: None,
        });
    }
    let reason = pin_advice(printed).unwrap_or_else(|| map_advice(spec, failure));
    Some(Error::MapCreate { map: name.to_owned(), reason, source: duplicate(failure) })
}

/// What is wrong with the pin of a map that is pinned by its name.
fn pin_advice(printed: &str) -> Option<String> {
    let pin = |start| printed.lines().find_map(|line| quoted_after(line, start)).map(Path::new);
    if let Some(path) = pin("couldn't reuse pinned map at '") {
        let path = path.display();
        return Some(format!(
            "what is pinned at {path} is another kind of map: remove it, or rename this one"
        ));
    }
    let path = pin("failed to auto-pin at '")?;
    Some(match path.parent().filter(|folder| !is_bpf_fs(folder)) {
        Some(folder) => no_bpf_fs(folder),
        None => format!("it could not be pinned at {}", path.display()),
    })
}

fn map_advice(spec: Option<&MapSpec>, failure: &io::Error) -> String {
    let Some(spec) = spec else { return failure.to_string() };
    let size = spec.max_entries;
    match failure.raw_os_error() {
        Some(libc::EINVAL) if spec.map_type.is_ring_buffer() => format!(
            "a ring buffer's max_entries is its size in bytes, a power of two and a multiple of \
             the page size (4096); it is {size}"
        ),
        Some(libc::EINVAL) if size == 0 => "max_entries is 0".to_owned(),
        Some(libc::EINVAL) => format!(
            "this kernel does not take a {} map with {}-byte keys, {}-byte values and \
             max_entries {size}",
            spec.map_type, spec.key_size, spec.value_size
        ),
        Some(libc::ENOMEM | libc::E2BIG) => format!(
            "it is too large: max_entries {size} of {} + {} bytes",
            spec.key_size, spec.value_size
        ),
        _ => failure.to_string(),
    }
}

/// A hook typed by BTF that libbpf did not find in the kernel's BTF.
fn missing_hook(place: &ProgramPlace, printed: &str) -> Option<Error> {
    let line =
        printed.lines().find(|line| line.contains("failed to find kernel BTF type ID of"))?;
    let name = quoted_after(line, "type ID of '")?.to_owned();
    let place = place.clone();
    if place.section.trim_start_matches('?').starts_with("tp_btf") {
        let nearest = nearest(&name, btf_tracepoints());
        return Some(Error::NoSuchTracepoint { name, nearest, place });
    }
    let nearest = nearest(&name, btf_names(BtfKind::Func, ""));
    Some(Error::NoSuchFunction { name, nearest, place })
}

/// A function that the kernel's BTF describes, but that is nowhere in the kernel: the
/// compiler made it part of those that call it.
fn inlined(place: &ProgramPlace, log: &str) -> Option<Error> {
    let line = log.lines().find(|line| line.ends_with(" cannot be found"))?;
    let name = line.strip_prefix("The address of function ")?.strip_suffix(" cannot be found")?;
    Some(Error::NoSuchPlace {
        problem: format!(
            "this kernel has no code of its own for `{name}`: what calls it contains it"
        ),
        nearest: Vec::new(),
        place: place.clone(),
    })
}

/// The tracepoints that the kernel's BTF has types for, by name alone.
pub(crate) fn btf_tracepoints() -> Vec<String> {
    btf_names(BtfKind::Typedef, "btf_trace_")
}

/// Names of one kind in the kernel's BTF that have `prefix`, without it.
fn btf_names(kind: BtfKind, prefix: &str) -> Vec<String> {
    let (btf, _) = prints::capture(Btf::from_vmlinux);
    let Ok(btf) = btf else { return Vec::new() };
    btf.type_by_kind::<BtfType<'_>>()
        .filter(|ty| ty.kind() == kind)
        .filter_map(|ty| ty.name()?.to_str()?.strip_prefix(prefix).map(str::to_owned))
        .collect()
}

/// `io::Error` cannot be cloned; those here carry an error number alone.
pub(crate) fn duplicate(failure: &io::Error) -> io::Error {
    failure.raw_os_error().map_or_else(|| failure.kind().into(), io::Error::from_raw_os_error)
}
