//! Privileges: which capability an operation that was refused would need.
//!
//! Reads the calling thread's effective set from `/proc/thread-self/status`. Hands on the
//! capabilities that are missing, for [`Error::MissingPrivilege`].
//!
//! [`Error::MissingPrivilege`]: crate::Error::MissingPrivilege

use std::fmt;

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
}

impl Capability {
    const fn bit(self) -> u32 {
        match self {
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
        })
    }
}

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
            Capability::NetAdmin | Capability::SysAdmin => !has(capability),
        })
        .collect()
}

/// The capabilities that a program in `section` needs to load and attach.
pub fn capabilities_for_section(section: &str) -> Vec<Capability> {
    let kind = section.trim_start_matches('?');
    let kind = kind.split(['/', '.']).next().unwrap_or(kind);
    match kind {
        "socket" => vec![Capability::Bpf],
        "xdp" | "tc" | "tcx" | "classifier" | "action" | "netkit" | "netfilter" | "sk_skb"
        | "sk_msg" | "sk_lookup" | "sockops" | "cgroup" | "cgroup_skb" | "lwt_in" | "lwt_out"
        | "lwt_xmit" | "flow_dissector" => vec![Capability::Bpf, Capability::NetAdmin],
        _ => vec![Capability::Bpf, Capability::Perfmon],
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
        assert_eq!(capabilities_for_section("socket"), [Capability::Bpf]);
    }
}
