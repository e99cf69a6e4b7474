//! What holds a program at its hook, and where a section leaves the place open.

use std::os::fd::OwnedFd;

use libbpf_rs::Link;

use crate::spec::ProgramSpec;
use crate::tc::Filter;

/// Holds a program at its hook; dropping it lets go.
#[derive(Debug)]
#[expect(dead_code, reason = "held for what its drop does")]
pub(crate) enum Hook {
    /// A link that libbpf made.
    Link(Link),
    /// A link of the kernel that libbpf knows nothing of.
    Descriptor(OwnedFd),
    /// A filter of traffic control, which is no link.
    Filter(Filter),
}

/// What a section does not say of where to attach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing: the section names the hook.
    Section,
    /// The network interface of an XDP program.
    Xdp,
    /// The network interface of a traffic control program.
    Tc(Direction),
    /// The control group.
    Cgroup,
}

/// Which packets of an interface a traffic control program sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Those that come in; also of sections that do not say (`tc`).
    Ingress,
    /// Those that go out.
    Egress,
}

impl Place {
    /// What attaching `program` needs to be told.
    pub(crate) fn of(program: &ProgramSpec) -> Self {
        match (program.kind(), program.target()) {
            // Those are run by device and CPU maps, not by interfaces.
            ("xdp", "devmap" | "cpumap") => Self::Section,
            ("xdp", _) => Self::Xdp,
            ("tc" | "tcx" | "classifier", "egress") => Self::Tc(Direction::Egress),
            ("tc" | "tcx" | "classifier", _) => Self::Tc(Direction::Ingress),
            ("cgroup" | "cgroup_skb" | "sockops" | "lsm_cgroup", _) => Self::Cgroup,
            _ => Self::Section,
        }
    }

    /// Whether it is a place on a network interface.
    pub(crate) fn is_on_interface(self) -> bool {
        matches!(self, Self::Xdp | Self::Tc(_))
    }
}
