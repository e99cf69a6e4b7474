//! Types of the kernel that programs keep, pass and read: timers, locks,
//! dynptrs, sockets. Their layout is the UAPI header's.

use crate::{ProgType, Version};

/// A type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectType {
    /// Its tag in C, by which the verifier knows it.
    pub name: &'static str,
    /// Its members.
    pub fields: &'static [ObjectField],
    /// Where one lies.
    pub home: Home,
    /// Kinds of programs that may not use a map that holds one.
    pub barred: &'static [ProgType],
    /// The first kernel on which sleepable programs may.
    pub sleepable: Version,
    /// The first kernel that looks for one in structs inside the value.
    pub nested: Version,
    /// The first kernel on which inner maps may hold one.
    pub inner: Version,
    /// The oldest kernel that has it.
    pub since: Version,
}

/// A member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectField {
    /// Name.
    pub name: &'static str,
    /// Bits of one element.
    pub bits: u8,
    /// Whether it has a sign.
    pub signed: bool,
    /// Elements; 0 where it is no array.
    pub count: u32,
}

/// Where objects of a type lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// In values of maps, of which these are the types.
    Values(&'static [&'static str]),
    /// On the stack.
    Stack,
    /// In the kernel.
    Kernel,
}

const fn field(name: &'static str, bits: u8) -> ObjectField {
    ObjectField { name, bits, signed: false, count: 0 }
}

const fn array(name: &'static str, bits: u8, count: u32) -> ObjectField {
    ObjectField { name, bits, signed: false, count }
}

const TABLES: &[&str] = &["BPF_MAP_TYPE_HASH", "BPF_MAP_TYPE_ARRAY", "BPF_MAP_TYPE_LRU_HASH"];
const LOCKED: &[&str] = &[
    "BPF_MAP_TYPE_HASH",
    "BPF_MAP_TYPE_ARRAY",
    "BPF_MAP_TYPE_CGROUP_STORAGE",
    "BPF_MAP_TYPE_SK_STORAGE",
    "BPF_MAP_TYPE_INODE_STORAGE",
    "BPF_MAP_TYPE_TASK_STORAGE",
    "BPF_MAP_TYPE_CGRP_STORAGE",
];

/// What may own objects of the kernel.
const OWNING: &[&str] = &[
    "BPF_MAP_TYPE_HASH",
    "BPF_MAP_TYPE_LRU_HASH",
    "BPF_MAP_TYPE_ARRAY",
    "BPF_MAP_TYPE_PERCPU_HASH",
    "BPF_MAP_TYPE_LRU_PERCPU_HASH",
    "BPF_MAP_TYPE_PERCPU_ARRAY",
    "BPF_MAP_TYPE_SK_STORAGE",
    "BPF_MAP_TYPE_INODE_STORAGE",
    "BPF_MAP_TYPE_TASK_STORAGE",
    "BPF_MAP_TYPE_CGRP_STORAGE",
];

/// Programs that may interrupt the holder of a lock, asked of 5.10 to 6.18.
const TRACING: &[ProgType] = &[
    ProgType::Kprobe,
    ProgType::Tracepoint,
    ProgType::PerfEvent,
    ProgType::RawTracepoint,
    ProgType::RawTracepointWritable,
];
const TRACING_AND_FILTERS: &[ProgType] = &[
    ProgType::SocketFilter,
    ProgType::Kprobe,
    ProgType::Tracepoint,
    ProgType::PerfEvent,
    ProgType::RawTracepoint,
    ProgType::RawTracepointWritable,
];
/// What 6.1 refuses and 6.12 takes.
const ASKED: Version = Version::new(6, 12);

/// What holds of most types.
const OBJECT: ObjectType = ObjectType {
    name: "",
    fields: &[],
    home: Home::Kernel,
    barred: &[],
    sleepable: Version::OLDEST,
    nested: ASKED,
    inner: Version::OLDEST,
    since: Version::OLDEST,
};

/// Every type.
pub static OBJECT_TYPES: &[ObjectType] = &[
    ObjectType {
        name: "bpf_timer",
        fields: &[array("__opaque", 64, 2)],
        home: Home::Values(TABLES),
        barred: TRACING,
        since: Version::new(5, 15),
        ..OBJECT
    },
    ObjectType {
        name: "bpf_spin_lock",
        fields: &[field("val", 32)],
        home: Home::Values(LOCKED),
        barred: TRACING_AND_FILTERS,
        sleepable: ASKED,
        inner: ASKED,
        ..OBJECT
    },
    ObjectType {
        name: "bpf_dynptr",
        fields: &[array("__opaque", 64, 2)],
        home: Home::Stack,
        since: Version::new(5, 19),
        ..OBJECT
    },
    // Before Linux 6.4 BTF has another tag for it; 6.12 was asked.
    ObjectType {
        name: "kptr",
        home: Home::Values(OWNING),
        sleepable: ASKED,
        inner: ASKED,
        since: ASKED,
        ..OBJECT
    },
    ObjectType { name: "bpf_sock", fields: SOCK, ..OBJECT },
    ObjectType { name: "bpf_sock_common", fields: SOCK_COMMON, ..OBJECT },
    ObjectType { name: "bpf_tcp_sock", fields: TCP_SOCK, ..OBJECT },
];

const SOCK: &[ObjectField] = &[
    field("bound_dev_if", 32),
    field("family", 32),
    field("type", 32),
    field("protocol", 32),
    field("mark", 32),
    field("priority", 32),
    field("src_ip4", 32),
    array("src_ip6", 32, 4),
    field("src_port", 32),
    field("dst_port", 16),
    field("__padding", 16),
    field("dst_ip4", 32),
    array("dst_ip6", 32, 4),
    field("state", 32),
    ObjectField { name: "rx_queue_mapping", bits: 32, signed: true, count: 0 },
];

/// What is known of a socket whose connection is being made or was closed: the rest
/// is there in `bpf_sock`.
const SOCK_COMMON: &[ObjectField] = &[
    field("bound_dev_if", 32),
    field("family", 32),
    array("__of_full", 32, 4),
    field("src_ip4", 32),
    array("src_ip6", 32, 4),
    field("src_port", 32),
    field("dst_port", 16),
    field("__padding", 16),
    field("dst_ip4", 32),
    array("dst_ip6", 32, 4),
    field("state", 32),
    ObjectField { name: "rx_queue_mapping", bits: 32, signed: true, count: 0 },
];

const TCP_SOCK: &[ObjectField] = &[
    field("snd_cwnd", 32),
    field("srtt_us", 32),
    field("rtt_min", 32),
    field("snd_ssthresh", 32),
    field("rcv_nxt", 32),
    field("snd_nxt", 32),
    field("snd_una", 32),
    field("mss_cache", 32),
    field("ecn_flags", 32),
    field("rate_delivered", 32),
    field("rate_interval_us", 32),
    field("packets_out", 32),
    field("retrans_out", 32),
    field("total_retrans", 32),
    field("segs_in", 32),
    field("data_segs_in", 32),
    field("segs_out", 32),
    field("data_segs_out", 32),
    field("lost_out", 32),
    field("sacked_out", 32),
    field("bytes_received", 64),
    field("bytes_acked", 64),
    field("dsack_dups", 32),
    field("delivered", 32),
    field("delivered_ce", 32),
    field("icsk_retransmits", 32),
];

/// The type of this name.
pub fn object_type(name: &str) -> Option<&'static ObjectType> {
    OBJECT_TYPES.iter().find(|known| known.name == name)
}
