//! A look at the machine: what will and will not work here, and why.
//!
//! [`examine`] asks the kernel about each thing and never guesses; what it may
//! not ask is told as unknown. It changes nothing: no mount, no attachment.

use std::ffi::CString;
use std::fs;
use std::path::Path;

use kernel::btf::Space;
use kernel::{MAP_TYPES, ProgType, SECTION_DEFS, Version};

use crate::ability::{
    Ability, active_security_modules, control_groups, function, helper_ability, loading,
    map_ability, section_ability, tracepoints,
};
use crate::kernel_types::{module_types, running_btf};
use crate::privilege::{Capability, missing_capabilities};
use crate::tracefs;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub name: String,
    /// Whether it works.
    pub ability: Ability,
    /// A fact about it; empty if there is none.
    pub fact: String,
}

/// Everything that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The kernel's release, `6.12.41-cloud-amd64`.
    pub release: String,
    /// The processor, as the kernel names it.
    pub machine: String,
    /// The kernel and how it is set up.
    pub system: Vec<Finding>,
    /// What this process may do.
    pub privileges: Vec<Finding>,
    /// The kinds of sections.
    pub sections: Vec<Finding>,
    /// The types of maps.
    pub maps: Vec<Finding>,
    /// What programs may use beside their hook and maps.
    pub features: Vec<Finding>,
    /// Whether programs can be loaded at all.
    pub loading: Ability,
}

/// Looks at the machine.
pub fn examine() -> Diagnosis {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    Diagnosis {
        release: read("/proc/sys/kernel/osrelease"),
        machine: std::env::consts::ARCH.to_owned(),
        system: system(),
        privileges: privileges(),
        sections: sections(),
        maps: maps(),
        features: features(),
        loading: loading(),
    }
}

fn finding(name: &str, ability: Ability, fact: impl Into<String>) -> Finding {
    Finding { name: name.to_owned(), ability, fact: fact.into() }
}

fn system() -> Vec<Finding> {
    vec![
        version(),
        btf(),
        jit(),
        finding("tracefs", tracepoints(), ""),
        mounted("bpffs", "bpf", "/sys/fs/bpf", "pins have no place"),
        finding("control groups (version 2)", control_groups(), ""),
        lockdown(),
        finding("security modules", Ability::Works, modules()),
        setting("run counts (kernel.bpf_stats_enabled)", "/proc/sys/kernel/bpf_stats_enabled"),
        hardware_counters(),
    ]
}

fn version() -> Finding {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let release = release.trim();
    let ability = match release.parse::<Version>() {
        Ok(version) if version < Version::OLDEST => {
            Ability::Missing(format!("programs are made for Linux {} and newer", Version::OLDEST))
        }
        Ok(_) => Ability::Works,
        Err(why) => Ability::Unknown(why.to_owned()),
    };
    finding("kernel", ability, format!("Linux {release}"))
}

fn btf() -> Finding {
    match running_btf() {
        Ok(btf) => {
            let modules = module_types(&btf).len();
            let functions = btf.names(Space::Func).len();
            let structs = btf.names(Space::Struct).len();
            let fact = format!("{structs} structs, {functions} functions, {modules} modules");
            finding("BTF", Ability::Works, fact)
        }
        Err(why) => finding(
            "BTF",
            Ability::Missing(format!(
                "{why}; kernel types, fentry, LSM and iterators need a kernel with \
                 CONFIG_DEBUG_INFO_BTF=y"
            )),
            "",
        ),
    }
}

fn jit() -> Finding {
    let path = "/proc/sys/net/core/bpf_jit_enable";
    match fs::read_to_string(path).map(|text| text.trim().to_owned()) {
        Ok(text) if text == "0" => finding(
            "JIT compiler",
            Ability::Missing(
                "programs are interpreted, or not run at all: `sysctl net.core.bpf_jit_enable=1`"
                    .to_owned(),
            ),
            "",
        ),
        Ok(_) => finding("JIT compiler", Ability::Works, ""),
        // Only root may read it; a kernel without the setting has no JIT.
        Err(_) if Path::new(path).exists() => {
            finding("JIT compiler", Ability::Unknown("only root may read the setting".into()), "")
        }
        Err(_) => finding("JIT compiler", Ability::Unknown(format!("there is no {path}")), ""),
    }
}

fn mounted(name: &str, kind: &str, place: &str, otherwise: &str) -> Finding {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let found = mounts.lines().find_map(|line| {
        let mut words = line.split(' ').skip(1);
        let folder = words.next()?;
        (words.next()? == kind).then(|| folder.to_owned())
    });
    match found {
        Some(folder) => finding(name, Ability::Works, folder),
        None => {
            let why = format!("not mounted, so {otherwise}: `mount -t {kind} {kind} {place}`");
            finding(name, Ability::Missing(why), "")
        }
    }
}

fn lockdown() -> Finding {
    let name = "kernel lockdown";
    let Ok(text) = fs::read_to_string("/sys/kernel/security/lockdown") else {
        return finding(name, Ability::Works, "not told, or none");
    };
    let mode = text.split(['[', ']']).nth(1).unwrap_or_default().to_owned();
    let ability = match mode.as_str() {
        "confidentiality" => Ability::Missing(
            "programs may not read kernel memory in the mode `confidentiality`".to_owned(),
        ),
        _ => Ability::Works,
    };
    finding(name, ability, mode)
}

fn modules() -> String {
    active_security_modules().unwrap_or_else(|| "not told: securityfs is not mounted".to_owned())
}

fn setting(name: &str, path: &str) -> Finding {
    match fs::read_to_string(path).map(|text| text.trim().to_owned()) {
        Ok(text) if text == "0" => finding(name, Ability::Works, "off"),
        Ok(_) => finding(name, Ability::Works, "on"),
        Err(error) => finding(name, Ability::Unknown(error.to_string()), ""),
    }
}

fn hardware_counters() -> Finding {
    let name = "hardware counters";
    if Path::new("/sys/bus/event_source/devices/cpu").exists() {
        return finding(name, Ability::Works, "");
    }
    let why = "this machine has none, as most virtual ones: perf_event programs sample `cpu_clock`";
    finding(name, Ability::Missing(why.to_owned()), "")
}

fn privileges() -> Vec<Finding> {
    let uses = [
        (Capability::Bpf, "loading programs and making maps"),
        (Capability::Perfmon, "tracing: kernel memory and perf events"),
        (Capability::NetAdmin, "XDP, traffic control, sockets and control groups"),
        (Capability::SysAdmin, "mounts, ids of programs and maps, test runs of some"),
    ];
    let mut findings: Vec<Finding> = uses
        .into_iter()
        .map(|(capability, what)| {
            let ability = match missing_capabilities(&[capability]).is_empty() {
                true => Ability::Works,
                false => Ability::Missing("run as root, or grant it (setcap, systemd)".to_owned()),
            };
            finding(&capability.to_string(), ability, what)
        })
        .collect();
    let path = "/proc/sys/kernel/unprivileged_bpf_disabled";
    let fact = match fs::read_to_string(path).unwrap_or_default().trim() {
        "0" => "socket filters may be loaded by anyone",
        "1" | "2" => "off, as usual",
        _ => "not told",
    };
    findings.push(finding("unprivileged BPF", Ability::Works, fact));
    findings
}

fn sections() -> Vec<Finding> {
    SECTION_DEFS.iter().map(|def| finding(def.prefix, section_ability(def), "")).collect()
}

fn maps() -> Vec<Finding> {
    MAP_TYPES.iter().map(|map| finding(map.name, map_ability(map.id), "")).collect()
}

/// What is asked of one type of program that may call it.
const HELPERS: [(&str, &str, ProgType); 9] = [
    ("bpf_loop", "loop", ProgType::Kprobe),
    ("for_each_map_elem", "for_each_map_elem", ProgType::Kprobe),
    // Not for tracing programs.
    ("timers", "timer_init", ProgType::SocketFilter),
    ("dynptrs", "dynptr_read", ProgType::Kprobe),
    ("attach cookies", "get_attach_cookie", ProgType::Kprobe),
    ("trace_vprintk", "trace_vprintk", ProgType::Kprobe),
    ("signals to processes", "send_signal", ProgType::Kprobe),
    ("task storage by pointer", "get_current_task_btf", ProgType::Kprobe),
    ("user ring buffer", "user_ringbuf_drain", ProgType::Kprobe),
];

fn features() -> Vec<Finding> {
    let mut findings: Vec<Finding> = HELPERS
        .iter()
        .filter_map(|&(name, helper, kind)| {
            let id = kernel::helper(helper)?.id;
            Some(finding(name, helper_ability(kind, id), ""))
        })
        .collect();
    let by_function = [
        ("open-coded iterators", "bpf_iter_num_new", "them; Linux 6.4 brought them"),
        ("functions on dynptrs", "bpf_dynptr_from_skb", "them; Linux 6.4 brought them"),
        ("error injection", "bpf_override_return", "CONFIG_BPF_KPROBE_OVERRIDE"),
    ];
    findings.extend(
        by_function.map(|(name, symbol, config)| finding(name, function(symbol, config), "")),
    );
    findings.push(trace_pipe());
    findings
}

/// Whether the text that programs print may be read.
fn trace_pipe() -> Finding {
    let name = "reading what programs print";
    let readable = ["/sys/kernel/tracing/trace_pipe", "/sys/kernel/debug/tracing/trace_pipe"]
        .into_iter()
        .filter_map(|path| CString::new(path).ok())
        // SAFETY: the text ends in NUL and outlives the call.
        .any(|path| unsafe { libc::access(path.as_ptr(), libc::R_OK) } == 0);
    let ability = match readable {
        true => Ability::Works,
        false => Ability::Missing(format!(
            "trace_pipe of tracefs may not be read; {}",
            tracefs::OPENED_BY
        )),
    };
    finding(name, ability, "")
}
