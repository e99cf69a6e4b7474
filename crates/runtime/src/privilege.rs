//! Privileges: which capability an operation that was refused would need.
//!
//! Reads the calling thread's effective set from `/proc/thread-self/status`. Hands on the
//! capabilities that are missing, for [`Error::MissingPrivilege`].
//!
//! [`Error::MissingPrivilege`]: crate::Error::MissingPrivilege

use std::fmt;

use kernel::ProgType;
use libbpf_rs::libbpf_sys;

/// A Linux capability that BPF operations ask for
/// (`include/uapi/linux/capability.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability {
    /// Load programs and create maps.
    Bpf,
    /// Read kernel memory and open perf events: every tracing program.
    Perfmon,
    /// XDP, TC, socket and cgroup networking programs.
    NetAdmin,
    /// The old all-or-nothing privilege: mounts, and BPF before Linux 5.8.
    SysAdmin,
    /// Read files of others, such as tracefs, which is root's.
    DacReadSearch,
}

impl Capability {
    const fn bit(self) -> u32 {
        match self {
            Self::DacReadSearch => 2,
            Self::NetAdmin => 12,
            Self::SysAdmin => 21,
            Self::Perfmon => 38,
            Self::Bpf => 39,
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bpf => "CAP_BPF",
            Self::Perfmon => "CAP_PERFMON",
            Self::NetAdmin => "CAP_NET_ADMIN",
            Self::SysAdmin => "CAP_SYS_ADMIN",
            Self::DacReadSearch => "CAP_DAC_READ_SEARCH",
        })
    }
}

/// `CAP_DAC_OVERRIDE`, which lets read what `CAP_DAC_READ_SEARCH` does.
const DAC_OVERRIDE: u64 = 1 << 1;

/// Those of `needed` that the calling thread lacks. `CAP_SYS_ADMIN` stands in for
/// `CAP_BPF` and `CAP_PERFMON`, as it does in the kernel (`bpf_capable()`,
/// `perfmon_capable()`).
pub fn missing_capabilities(needed: &[Capability]) -> Vec<Capability> {
    let Some(effective) = effective_set() else { return Vec::new() };
    let has = |capability: Capability| effective & (1 << capability.bit()) != 0;
    needed
        .iter()
        .copied()
        .filter(|&capability| match capability {
            Capability::Bpf | Capability::Perfmon => !has(capability) && !has(Capability::SysAdmin),
            Capability::DacReadSearch => !has(capability) && effective & DAC_OVERRIDE == 0,
            Capability::NetAdmin | Capability::SysAdmin => !has(capability),
        })
        .collect()
}

/// The capabilities that a program in `section` needs to load and attach.
pub fn capabilities_for_section(section: &str) -> Vec<Capability> {
    let section = section.trim_start_matches('?');
    let Ok(found) = kernel::section(section) else {
        return capabilities_to_load(ProgType::Tracing);
    };
    match found.def.prog_type {
        // What nobody needs to load it is asked when it attaches.
        ProgType::CgroupSkb => vec![Capability::Bpf, Capability::NetAdmin],
        kind => capabilities_to_load(kind),
    }
}

/// The capabilities that programs of a type need to load (`is_net_admin_prog_type()` and
/// `is_perfmon_prog_type()` of the kernel's `kernel/bpf/syscall.c`).
pub(crate) fn capabilities_to_load(kind: ProgType) -> Vec<Capability> {
    match kind {
        ProgType::SchedCls
        | ProgType::SchedAct
        | ProgType::Xdp
        | ProgType::LwtIn
        | ProgType::LwtOut
        | ProgType::LwtXmit
        | ProgType::LwtSeg6local
        | ProgType::SkSkb
        | ProgType::SkMsg
        | ProgType::FlowDissector
        | ProgType::CgroupDevice
        | ProgType::CgroupSock
        | ProgType::CgroupSockAddr
        | ProgType::CgroupSockopt
        | ProgType::CgroupSysctl
        | ProgType::SockOps
        | ProgType::Netfilter => vec![Capability::Bpf, Capability::NetAdmin],
        ProgType::Kprobe
        | ProgType::Tracepoint
        | ProgType::PerfEvent
        | ProgType::RawTracepoint
        | ProgType::RawTracepointWritable
        | ProgType::Tracing
        | ProgType::Lsm
        | ProgType::StructOps => vec![Capability::Bpf, Capability::Perfmon],
        ProgType::Ext => vec![Capability::Bpf, Capability::Perfmon, Capability::NetAdmin],
        _ => vec![Capability::Bpf],
    }
}

/// The capabilities that maps of the type with this number need (`map_create()` there).
pub(crate) fn capabilities_to_make(map_type: u32) -> Vec<Capability> {
    match map_type {
        libbpf_sys::BPF_MAP_TYPE_SOCKMAP
        | libbpf_sys::BPF_MAP_TYPE_SOCKHASH
        | libbpf_sys::BPF_MAP_TYPE_DEVMAP
        | libbpf_sys::BPF_MAP_TYPE_DEVMAP_HASH
        | libbpf_sys::BPF_MAP_TYPE_XSKMAP => vec![Capability::Bpf, Capability::NetAdmin],
        _ => vec![Capability::Bpf],
    }
}

fn effective_set() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/thread-self/status").ok()?;
    parse_effective(&status)
}

fn parse_effective(status: &str) -> Option<u64> {
    let hex = status.lines().find_map(|line| line.strip_prefix("CapEff:"))?;
    u64::from_str_radix(hex.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_effective_set_is_read_from_the_status_file() {
        let status = "Name:\tx\nCapEff:\t000001ffffffffff\n";
        assert_eq!(parse_effective(status), Some(0x1ff_ffff_ffff));
        assert_eq!(parse_effective("Name:\tx\n"), None);
    }

    #[test]
    fn tracing_and_networking_need_different_capabilities() {
        let tracing = capabilities_for_section("tracepoint/sched/sched_switch");
        assert!(tracing.contains(&Capability::Perfmon));
        assert!(capabilities_for_section("xdp.frags").contains(&Capability::NetAdmin));
        for section in ["socket", "sk_reuseport", "sk_lookup", "syscall", "?socket"] {
            assert_eq!(capabilities_for_section(section), [Capability::Bpf], "{section}");
        }
        assert!(capabilities_for_section("cgroup_skb/egress").contains(&Capability::NetAdmin));
        assert_eq!(capabilities_for_section("freplace/f").len(), 3);
    }

    #[test]
    fn maps_of_the_network_alone_need_its_capability() {
        let needs = |number| capabilities_to_make(number).contains(&Capability::NetAdmin);
        assert!(needs(libbpf_sys::BPF_MAP_TYPE_DEVMAP) && needs(libbpf_sys::BPF_MAP_TYPE_SOCKHASH));
        assert!(!needs(libbpf_sys::BPF_MAP_TYPE_HASH) && !needs(libbpf_sys::BPF_MAP_TYPE_CPUMAP));
    }
}
