//! Why an attach failed, in words of ours.

use std::io;

use crate::attach_options::AttachOptions;
use crate::binary;
use crate::error::{Error, ProgramPlace};
use crate::hooks::system_call;
use crate::load_error::btf_tracepoints;
use crate::nearest::nearest;
use crate::prints;
use crate::privilege::{Capability, capabilities_for_section, missing_capabilities};
use crate::spec::ProgramSpec;
use crate::tracefs::{self, functions_called, has_kprobes, probe_functions, tracepoints};

/// Picks the error for a failed attach of `program`.
pub(crate) fn explain(
    program: &ProgramSpec,
    options: &AttachOptions,
    printed: &str,
    source: io::Error,
) -> Error {
    let place = program.place();
    let code = source.raw_os_error().unwrap_or_default();
    if matches!(code, libc::EPERM | libc::EACCES) {
        return missing_privilege(program, options);
    }
    if let Some(error) = missing_hook(program, options, code) {
        return error;
    }
    let reason = match program.kind() {
        "xdp" => no_xdp(options, code),
        _ => None,
    };
    if reason.is_none() && code == libc::EOPNOTSUPP && printed.is_empty() {
        return Error::NotAttachable { place };
    }
    let reason = reason.unwrap_or_else(|| match prints::first_line(printed) {
        Some(line) => format!("{source}; libbpf says: {line}"),
        None => source.to_string(),
    });
    Error::AttachFailed { place, reason, source }
}

fn missing_privilege(program: &ProgramSpec, options: &AttachOptions) -> Error {
    let mut needed = capabilities_for_section(&program.section);
    let mut action = format!("attaching `{}` ({})", program.name, program.section);
    let event = options.symbol.as_deref().unwrap_or(program.target());
    if matches!(program.kind(), "tp" | "tracepoint") && tracefs::is_kept(event) {
        needed.push(Capability::DacReadSearch);
        action.push_str(" reads /sys/kernel/tracing, which is root's alone");
    }
    let missing = missing_capabilities(&needed);
    Error::MissingPrivilege { action, missing, place: Some(program.place()) }
}

/// Why an interface does not run an XDP program.
fn no_xdp(options: &AttachOptions, code: i32) -> Option<String> {
    let interface = options.interface.as_ref().map(ToString::to_string).unwrap_or_default();
    match (code, options.mode.as_deref()) {
        (libc::EBUSY | libc::EEXIST, _) => Some(format!(
            "interface `{interface}` already runs an XDP program; detach that one first"
        )),
        (libc::EOPNOTSUPP, Some("native")) => Some(format!(
            "the driver of interface `{interface}` has no XDP of its own; the mode `generic` \
             works with every driver"
        )),
        (libc::EOPNOTSUPP | libc::EINVAL, Some("offload")) => Some(format!(
            "interface `{interface}` does not run programs itself, or this one was not loaded \
             for it; the mode `generic` works with every driver"
        )),
        (libc::EOPNOTSUPP, _) => Some(format!("interface `{interface}` cannot run XDP programs")),
        _ => None,
    }
}

fn missing_hook(program: &ProgramSpec, options: &AttachOptions, code: i32) -> Option<Error> {
    let not_found = matches!(code, libc::ENOENT | libc::EINVAL | libc::ESRCH);
    let name = options.symbol.as_deref().unwrap_or(program.target()).to_owned();
    let place = program.place();
    match program.kind() {
        "tp" | "tracepoint" if not_found => {
            let existing = tracepoints();
            (!existing.is_empty() && !existing.contains(&name)).then(|| Error::NoSuchTracepoint {
                nearest: nearest_tracepoints(&name, &existing),
                name,
                place,
            })
        }
        "raw_tp" | "raw_tracepoint" if not_found => {
            let mut existing = btf_tracepoints();
            if existing.is_empty() {
                let listed = tracepoints();
                let names = listed.iter().filter_map(|tracepoint| tracepoint.split_once('/'));
                existing = names.map(|(_, name)| name.to_owned()).collect();
            }
            let nearest = nearest(&name, existing);
            Some(Error::NoSuchTracepoint { name, nearest, place })
        }
        "kprobe" | "kretprobe" | "ksyscall" | "kretsyscall" if !has_kprobes() => {
            Some(Error::NoKprobes { place })
        }
        "kprobe" | "kretprobe" if not_found || code == libc::EADDRNOTAVAIL => {
            let function = name.split('+').next().unwrap_or(&name).to_owned();
            let count = functions_called(&function);
            if count > 1 {
                let problem = format!(
                    "{count} functions of this kernel are called `{function}`, and which one is \
                     meant cannot be said by name: `{}.multi/{function}` probes all of them",
                    program.kind()
                );
                return Some(Error::NoSuchPlace { problem, nearest: Vec::new(), place });
            }
            let nearest = nearest(&function, probe_functions());
            Some(Error::NoSuchFunction { name: function, nearest, place })
        }
        "ksyscall" | "kretsyscall" => {
            let calls = probe_functions();
            let calls = calls.iter().filter_map(|function| system_call(function));
            let calls: Vec<&str> = calls.collect();
            (!calls.contains(&name.as_str())).then(|| Error::NoSuchPlace {
                problem: format!("this kernel has no system call `{name}`"),
                nearest: nearest(&name, calls),
                place,
            })
        }
        "uprobe" | "uretprobe" | "usdt" => missing_in_file(program, options, place),
        _ => None,
    }
}

/// What is missing of the file that is traced, and of what is in it.
fn missing_in_file(
    program: &ProgramSpec,
    options: &AttachOptions,
    place: ProgramPlace,
) -> Option<Error> {
    let (file, symbol) = program.target().split_once(':').unwrap_or((program.target(), ""));
    let file = options.path.as_ref().map_or_else(|| file.into(), |path| path.to_string_lossy());
    let symbol = options.symbol.as_deref().unwrap_or(symbol);
    let Some(path) = binary::find(&file) else {
        let problem = format!("`{file}` is nowhere that programs and libraries are");
        return Some(Error::NoSuchPlace { problem, nearest: Vec::new(), place });
    };
    let (what, known) = match program.kind() {
        "usdt" => ("marker", binary::markers(&path)),
        _ => ("function", binary::functions(&path)),
    };
    let name = symbol.split('+').next().unwrap_or(symbol);
    if name.is_empty() || known.iter().any(|known| known == name) || name.contains(['*', '?']) {
        return None;
    }
    let problem = match known.is_empty() {
        true => format!("`{}` has no {what}s that have names", path.display()),
        false => format!("`{}` has no {what} `{name}`", path.display()),
    };
    Some(Error::NoSuchPlace { problem, nearest: nearest(name, &known), place })
}

/// First those of the same category, by the name alone; then of any category.
fn nearest_tracepoints(wanted: &str, existing: &[String]) -> Vec<String> {
    let (category, name) = wanted.split_once('/').unwrap_or(("", wanted));
    let siblings = existing.iter().filter_map(|tracepoint| {
        tracepoint.split_once('/').filter(|(home, _)| *home == category).map(|(_, name)| name)
    });
    let found = nearest(name, siblings);
    if found.is_empty() {
        return nearest(wanted, existing);
    }
    found.into_iter().map(|name| format!("{category}/{name}")).collect()
}
