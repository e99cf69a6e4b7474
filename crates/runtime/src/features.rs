//! What the running kernel has, by asking it and not by its version.

use std::fs;

use libbpf_rs::libbpf_sys;

use crate::prints;
use crate::tracefs::tracepoints;

/// Whether some type of program may call the helper with this number. Types
/// that are tied to BTF cannot be asked about and have no helper of their own
/// among those that the others lack.
pub fn has_helper(number: u32) -> bool {
    const ASKED: [u32; 8] = [
        libbpf_sys::BPF_PROG_TYPE_KPROBE,
        libbpf_sys::BPF_PROG_TYPE_XDP,
        libbpf_sys::BPF_PROG_TYPE_SCHED_CLS,
        libbpf_sys::BPF_PROG_TYPE_CGROUP_SKB,
        libbpf_sys::BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
        libbpf_sys::BPF_PROG_TYPE_SOCK_OPS,
        libbpf_sys::BPF_PROG_TYPE_SK_MSG,
        libbpf_sys::BPF_PROG_TYPE_SK_LOOKUP,
    ];
    ASKED.into_iter().any(|kind| {
        // SAFETY: plain numbers; no options is the only choice.
        asked(|| unsafe { libbpf_sys::libbpf_probe_bpf_helper(kind, number, std::ptr::null()) })
    })
}

/// Whether maps of the type with this number can be made.
pub fn has_map_type(number: u32) -> bool {
    // SAFETY: as above.
    asked(|| unsafe { libbpf_sys::libbpf_probe_bpf_map_type(number, std::ptr::null()) })
}

/// Whether programs of the type with this number can be loaded.
pub fn has_program_type(number: u32) -> bool {
    // SAFETY: as above.
    asked(|| unsafe { libbpf_sys::libbpf_probe_bpf_prog_type(number, std::ptr::null()) })
}

/// Whether the kernel, or a module that is loaded, has a function of this name.
pub fn has_kernel_function(name: &str) -> bool {
    let symbols = fs::read_to_string("/proc/kallsyms").unwrap_or_default();
    symbols.lines().any(|line| line.split_whitespace().nth(2) == Some(name))
}

/// Whether the kernel has the tracepoint `category/name`.
pub fn has_tracepoint(name: &str) -> bool {
    tracepoints().iter().any(|existing| existing == name)
}

/// A probe of libbpf: 1 yes, 0 no, negative an error, which is no "yes".
fn asked(probe: impl FnOnce() -> i32) -> bool {
    prints::capture(probe).0 == 1
}
