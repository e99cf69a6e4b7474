//! tracefs: where the kernel lists tracepoints and prints `bpf_printk`.
//!
//! libbpf needs it for tracepoints and kprobes. [`ensure_tracefs`] finds it
//! and, as perf does, mounts it where it is missing and we may.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::privilege::{Capability, missing_capabilities};

/// Where tracefs is mounted since Linux 4.1.
const TRACEFS: &str = "/sys/kernel/tracing";
/// Where it appears inside debugfs.
const IN_DEBUGFS: &str = "/sys/kernel/debug/tracing";
/// Why tracefs is of no use to a process that may not read it.
pub(crate) const CLOSED: &str =
    "tracefs at /sys/kernel/tracing may not be read: it is root's alone";
/// What lets a process read it.
pub(crate) const OPENED_BY: &str = "run as root, or grant CAP_DAC_READ_SEARCH";

/// The directory where tracefs is, mounted now if need be.
///
/// # Errors
/// [`Error::Tracefs`] if it is not there and cannot be mounted.
pub fn ensure_tracefs() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    match mount() {
        Ok(()) => find().ok_or_else(|| Error::Tracefs {
            reason: "it was mounted but is empty; this kernel may lack CONFIG_FTRACE".to_owned(),
        }),
        // Another process may have mounted it since we looked.
        Err(source) => find().ok_or_else(|| Error::Tracefs { reason: mount_advice(&source) }),
    }
}

/// Where tracefs is mounted already.
fn find() -> Option<PathBuf> {
    [TRACEFS, IN_DEBUGFS].into_iter().map(Path::new).find(|path| is_tracefs(path)).map(Into::into)
}

fn is_tracefs(path: &Path) -> bool {
    // Its directory may be closed to us (mode 0700) and still be tracefs.
    match fs::metadata(path.join("events")) {
        Ok(metadata) => metadata.is_dir(),
        Err(error) => error.kind() == io::ErrorKind::PermissionDenied,
    }
}

/// Whether its events may be read; `None` where it is not mounted. Mounts
/// nothing.
pub(crate) fn is_readable() -> Option<bool> {
    find().map(|path| fs::read_dir(path.join("events")).is_ok())
}

/// Whether what libbpf reads of an event, `sched/sched_switch`, is kept from this process.
pub(crate) fn is_kept(event: &str) -> bool {
    let number = find().map(|path| path.join("events").join(event).join("id"));
    let opened = number.map(fs::File::open);
    opened.is_some_and(|opened| {
        opened.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
    })
}

/// The fields of an event, `sched/sched_switch`, each declared as in C; those
/// that all events have are left out. `None` where that cannot be read.
pub(crate) fn event_fields(event: &str) -> Option<Vec<String>> {
    let format = find()?.join("events").join(event).join("format");
    let text = fs::read_to_string(format).ok()?;
    let declared = text.lines().filter_map(|line| {
        let (field, _) = line.trim().strip_prefix("field:")?.split_once(';')?;
        Some(field.replace("* ", "*"))
    });
    let common =
        |field: &String| field.rsplit(' ').next().is_some_and(|n| n.starts_with("common_"));
    Some(declared.filter(|field| !common(field)).collect())
}

fn mount() -> io::Result<()> {
    // SAFETY: all four strings are NUL-terminated, and the data may be NULL.
    let status = unsafe {
        libc::mount(
            c"tracefs".as_ptr(),
            c"/sys/kernel/tracing".as_ptr(),
            c"tracefs".as_ptr(),
            libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC,
            std::ptr::null(),
        )
    };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn mount_advice(source: &io::Error) -> String {
    match source.raw_os_error() {
        Some(libc::EPERM | libc::EACCES) => {
            let missing = missing_capabilities(&[Capability::SysAdmin]);
            let why = missing.first().map_or_else(
                || "a security module or container refuses".to_owned(),
                |capability| format!("{capability} is missing"),
            );
            format!(
                "it is not mounted and mounting it is not permitted ({why}); \
                 run `mount -t tracefs tracefs {TRACEFS}` as root"
            )
        }
        Some(libc::ENODEV) => "this kernel was built without it (CONFIG_FTRACE)".to_owned(),
        _ => format!("it is not mounted and mounting it failed: {source}"),
    }
}

/// Every tracepoint as `category/name`, sorted; empty where tracefs cannot be
/// read.
pub fn tracepoints() -> Vec<String> {
    let mut found: Vec<String> = read_tracing("available_events")
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(category, name)| format!("{category}/{name}"))
        .collect();
    found.sort();
    found
}

/// Every tracepoint as `category/name`, where tracefs is mounted already.
pub(crate) fn listed_tracepoints() -> Vec<String> {
    if is_readable() == Some(true) { tracepoints() } else { Vec::new() }
}

/// The functions that kprobes can be put on; empty where that cannot be read.
pub(crate) fn probe_functions() -> Vec<String> {
    let listed = read_tracing("available_filter_functions");
    let names: Vec<String> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    if names.is_empty() { kernel_functions() } else { names }
}

/// The text symbols of `/proc/kallsyms`.
fn kernel_functions() -> Vec<String> {
    let symbols = fs::read_to_string("/proc/kallsyms").unwrap_or_default();
    symbols
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().skip(1);
            let (kind, name) = (words.next()?, words.next()?);
            matches!(kind, "t" | "T").then(|| name.to_owned())
        })
        .collect()
}

/// How many functions of the kernel have a name.
pub(crate) fn functions_called(name: &str) -> usize {
    kernel_functions().iter().filter(|function| *function == name).count()
}

/// Whether the kernel was built with kprobes.
pub(crate) fn has_kprobes() -> bool {
    let in_tracefs = find().is_some_and(|tracefs| tracefs.join("kprobe_events").exists());
    in_tracefs || Path::new("/sys/bus/event_source/devices/kprobe").exists()
}

fn read_tracing(file: &str) -> String {
    ensure_tracefs()
        .ok()
        .and_then(|tracefs| fs::read_to_string(tracefs.join(file)).ok())
        .unwrap_or_default()
}
