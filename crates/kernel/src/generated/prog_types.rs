//! Written by `cargo xtask gen`; do not edit.

/// A program type, numbered as the kernel does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProgType {
    /// `BPF_PROG_TYPE_SOCKET_FILTER`
    SocketFilter = 1,
    /// `BPF_PROG_TYPE_KPROBE`
    Kprobe = 2,
    /// `BPF_PROG_TYPE_SCHED_CLS`
    SchedCls = 3,
    /// `BPF_PROG_TYPE_SCHED_ACT`
    SchedAct = 4,
    /// `BPF_PROG_TYPE_TRACEPOINT`
    Tracepoint = 5,
    /// `BPF_PROG_TYPE_XDP`
    Xdp = 6,
    /// `BPF_PROG_TYPE_PERF_EVENT`
    PerfEvent = 7,
    /// `BPF_PROG_TYPE_CGROUP_SKB`
    CgroupSkb = 8,
    /// `BPF_PROG_TYPE_CGROUP_SOCK`
    CgroupSock = 9,
    /// `BPF_PROG_TYPE_LWT_IN`
    LwtIn = 10,
    /// `BPF_PROG_TYPE_LWT_OUT`
    LwtOut = 11,
    /// `BPF_PROG_TYPE_LWT_XMIT`
    LwtXmit = 12,
    /// `BPF_PROG_TYPE_SOCK_OPS`
    SockOps = 13,
    /// `BPF_PROG_TYPE_SK_SKB`
    SkSkb = 14,
    /// `BPF_PROG_TYPE_CGROUP_DEVICE`
    CgroupDevice = 15,
    /// `BPF_PROG_TYPE_SK_MSG`
    SkMsg = 16,
    /// `BPF_PROG_TYPE_RAW_TRACEPOINT`
    RawTracepoint = 17,
    /// `BPF_PROG_TYPE_CGROUP_SOCK_ADDR`
    CgroupSockAddr = 18,
    /// `BPF_PROG_TYPE_LWT_SEG6LOCAL`
    LwtSeg6local = 19,
    /// `BPF_PROG_TYPE_LIRC_MODE2`
    LircMode2 = 20,
    /// `BPF_PROG_TYPE_SK_REUSEPORT`
    SkReuseport = 21,
    /// `BPF_PROG_TYPE_FLOW_DISSECTOR`
    FlowDissector = 22,
    /// `BPF_PROG_TYPE_CGROUP_SYSCTL`
    CgroupSysctl = 23,
    /// `BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE`
    RawTracepointWritable = 24,
    /// `BPF_PROG_TYPE_CGROUP_SOCKOPT`
    CgroupSockopt = 25,
    /// `BPF_PROG_TYPE_TRACING`
    Tracing = 26,
    /// `BPF_PROG_TYPE_STRUCT_OPS`
    StructOps = 27,
    /// `BPF_PROG_TYPE_EXT`
    Ext = 28,
    /// `BPF_PROG_TYPE_LSM`
    Lsm = 29,
    /// `BPF_PROG_TYPE_SK_LOOKUP`
    SkLookup = 30,
    /// `BPF_PROG_TYPE_SYSCALL`
    Syscall = 31,
    /// `BPF_PROG_TYPE_NETFILTER`
    Netfilter = 32,
}

impl ProgType {
    /// Every program type, by number.
    pub const EVERY: &[Self] = &[
        Self::SocketFilter,
        Self::Kprobe,
        Self::SchedCls,
        Self::SchedAct,
        Self::Tracepoint,
        Self::Xdp,
        Self::PerfEvent,
        Self::CgroupSkb,
        Self::CgroupSock,
        Self::LwtIn,
        Self::LwtOut,
        Self::LwtXmit,
        Self::SockOps,
        Self::SkSkb,
        Self::CgroupDevice,
        Self::SkMsg,
        Self::RawTracepoint,
        Self::CgroupSockAddr,
        Self::LwtSeg6local,
        Self::LircMode2,
        Self::SkReuseport,
        Self::FlowDissector,
        Self::CgroupSysctl,
        Self::RawTracepointWritable,
        Self::CgroupSockopt,
        Self::Tracing,
        Self::StructOps,
        Self::Ext,
        Self::Lsm,
        Self::SkLookup,
        Self::Syscall,
        Self::Netfilter,
    ];

    /// The kernel's name, `BPF_PROG_TYPE_XDP`.
    pub const fn kernel_name(self) -> &'static str {
        match self {
            Self::SocketFilter => "BPF_PROG_TYPE_SOCKET_FILTER",
            Self::Kprobe => "BPF_PROG_TYPE_KPROBE",
            Self::SchedCls => "BPF_PROG_TYPE_SCHED_CLS",
            Self::SchedAct => "BPF_PROG_TYPE_SCHED_ACT",
            Self::Tracepoint => "BPF_PROG_TYPE_TRACEPOINT",
            Self::Xdp => "BPF_PROG_TYPE_XDP",
            Self::PerfEvent => "BPF_PROG_TYPE_PERF_EVENT",
            Self::CgroupSkb => "BPF_PROG_TYPE_CGROUP_SKB",
            Self::CgroupSock => "BPF_PROG_TYPE_CGROUP_SOCK",
            Self::LwtIn => "BPF_PROG_TYPE_LWT_IN",
            Self::LwtOut => "BPF_PROG_TYPE_LWT_OUT",
            Self::LwtXmit => "BPF_PROG_TYPE_LWT_XMIT",
            Self::SockOps => "BPF_PROG_TYPE_SOCK_OPS",
            Self::SkSkb => "BPF_PROG_TYPE_SK_SKB",
            Self::CgroupDevice => "BPF_PROG_TYPE_CGROUP_DEVICE",
            Self::SkMsg => "BPF_PROG_TYPE_SK_MSG",
            Self::RawTracepoint => "BPF_PROG_TYPE_RAW_TRACEPOINT",
            Self::CgroupSockAddr => "BPF_PROG_TYPE_CGROUP_SOCK_ADDR",
            Self::LwtSeg6local => "BPF_PROG_TYPE_LWT_SEG6LOCAL",
            Self::LircMode2 => "BPF_PROG_TYPE_LIRC_MODE2",
            Self::SkReuseport => "BPF_PROG_TYPE_SK_REUSEPORT",
            Self::FlowDissector => "BPF_PROG_TYPE_FLOW_DISSECTOR",
            Self::CgroupSysctl => "BPF_PROG_TYPE_CGROUP_SYSCTL",
            Self::RawTracepointWritable => "BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE",
            Self::CgroupSockopt => "BPF_PROG_TYPE_CGROUP_SOCKOPT",
            Self::Tracing => "BPF_PROG_TYPE_TRACING",
            Self::StructOps => "BPF_PROG_TYPE_STRUCT_OPS",
            Self::Ext => "BPF_PROG_TYPE_EXT",
            Self::Lsm => "BPF_PROG_TYPE_LSM",
            Self::SkLookup => "BPF_PROG_TYPE_SK_LOOKUP",
            Self::Syscall => "BPF_PROG_TYPE_SYSCALL",
            Self::Netfilter => "BPF_PROG_TYPE_NETFILTER",
        }
    }
}
