//! Map types: what a user calls them, what they are made with and what a
//! program may do with them.

use crate::generated::map_ids as ids;

/// A map type of `pythonbpf.maps`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapType {
    /// Name in Python.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// The kernel's name, `BPF_MAP_TYPE_HASH`.
    pub kernel: &'static str,
    /// The kernel's number.
    pub id: u32,
    /// The arguments of its constructor.
    pub params: &'static [MapParam],
    /// What a BPF program may do with it.
    pub ops: MapOps,
    /// One value for each CPU.
    pub per_cpu: bool,
}

/// One keyword argument of a map's constructor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapParam {
    /// `key`, `value`, `key_size`, `value_size`, `max_entries` or `flags`.
    pub name: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// What its value must be.
    pub rule: ParamRule,
}

/// What the value of a constructor argument must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamRule {
    /// A type.
    Type,
    /// The type `u32`, signed or not: the kernel fixes the key's size.
    Index,
    /// A positive 32-bit integer.
    Count,
    /// A size in bytes for a ring buffer: see [`ring_buffer_size_error`].
    RingSize,
    /// A four-byte type or the integer 4.
    FourBytes,
    /// Flags of `BPF_MAP_CREATE`.
    Flags,
}

/// The operations of a map type from the BPF side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MapOps {
    /// `bpf_map_lookup_elem`
    pub lookup: bool,
    /// `bpf_map_update_elem`
    pub update: bool,
    /// `bpf_map_delete_elem`
    pub delete: bool,
    /// `bpf_perf_event_output` or `bpf_ringbuf_output`
    pub output: bool,
    /// `bpf_ringbuf_reserve`, `submit` and `discard`
    pub reserve: bool,
}

/// The map type called `name`, or with this as an alias.
///
/// ```
/// assert_eq!(pythonbpf_kernel::map_type("RingBuffer").map(|map| map.id), Some(27));
/// ```
pub fn map_type(name: &str) -> Option<&'static MapType> {
    MAP_TYPES.iter().find(|map| map.name == name || map.aliases.contains(&name))
}

/// The page size of every architecture pythonbpf runs on by default.
const PAGE: u64 = 4096;
/// The greatest ring that fits the 32-bit `max_entries`.
const LARGEST_RING: u64 = 1 << 31;

/// The size libbpf gives a ring buffer of `max_entries` bytes when it loads
/// it: `max_entries` if that is a page times a power of two, else the next
/// such size above. `None` for 0 and for sizes with no such size above.
///
/// On machines with larger pages libbpf may round further up.
pub fn ring_buffer_size_at_load(max_entries: u64) -> Option<u64> {
    if max_entries == 0 || max_entries > LARGEST_RING {
        return None;
    }
    Some(max_entries.next_power_of_two().max(PAGE))
}

/// Why a ring buffer cannot have `max_entries` bytes, if it cannot: the
/// kernel needs a power of two that is a multiple of the page size. Sizes that
/// break this rule are rounded up by libbpf; only those that it cannot round
/// are errors.
pub fn ring_buffer_size_error(max_entries: i64) -> Option<MapSizeError> {
    match u64::try_from(max_entries) {
        Ok(0) | Err(_) => Some(MapSizeError::NotPositive),
        Ok(size) if ring_buffer_size_at_load(size).is_none() => Some(MapSizeError::TooLarge),
        Ok(_) => None,
    }
}

/// Why a size is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapSizeError {
    /// Zero or less.
    NotPositive,
    /// No power of two of 32 bits is as large.
    TooLarge,
}

impl std::fmt::Display for MapSizeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotPositive => {
                "the size in bytes must be positive: a power of two and a multiple of 4096"
            }
            Self::TooLarge => "the largest ring buffer has 2147483648 bytes",
        })
    }
}

impl std::error::Error for MapSizeError {}

const fn param(name: &'static str, required: bool, rule: ParamRule) -> MapParam {
    MapParam { name, required, rule }
}

const FLAGS: MapParam = param("flags", false, ParamRule::Flags);
const HASH: &[MapParam] = &[
    param("key", true, ParamRule::Type),
    param("value", true, ParamRule::Type),
    param("max_entries", true, ParamRule::Count),
    FLAGS,
];
const ARRAY: &[MapParam] = &[
    param("key", false, ParamRule::Index),
    param("value", true, ParamRule::Type),
    param("max_entries", true, ParamRule::Count),
    FLAGS,
];
const RING: &[MapParam] = &[param("max_entries", true, ParamRule::RingSize), FLAGS];
const PERF: &[MapParam] = &[
    param("key_size", false, ParamRule::FourBytes),
    param("value_size", false, ParamRule::FourBytes),
    param("max_entries", false, ParamRule::Count),
    FLAGS,
];

const NONE: MapOps =
    MapOps { lookup: false, update: false, delete: false, output: false, reserve: false };
const TABLE: MapOps = MapOps { lookup: true, update: true, delete: true, ..NONE };
const FIXED: MapOps = MapOps { delete: false, ..TABLE };

/// Every map type that `pythonbpf.maps` offers.
pub static MAP_TYPES: &[MapType] = &[
    MapType {
        name: "HashMap",
        aliases: &["Hash"],
        kernel: "BPF_MAP_TYPE_HASH",
        id: ids::BPF_MAP_TYPE_HASH,
        params: HASH,
        ops: TABLE,
        per_cpu: false,
    },
    MapType {
        name: "Array",
        aliases: &["ArrayMap"],
        kernel: "BPF_MAP_TYPE_ARRAY",
        id: ids::BPF_MAP_TYPE_ARRAY,
        params: ARRAY,
        ops: FIXED,
        per_cpu: false,
    },
    MapType {
        name: "PerfEventArray",
        aliases: &[],
        kernel: "BPF_MAP_TYPE_PERF_EVENT_ARRAY",
        id: ids::BPF_MAP_TYPE_PERF_EVENT_ARRAY,
        params: PERF,
        ops: MapOps { output: true, ..NONE },
        per_cpu: false,
    },
    MapType {
        name: "PerCpuHash",
        aliases: &["PerCPUHash"],
        kernel: "BPF_MAP_TYPE_PERCPU_HASH",
        id: ids::BPF_MAP_TYPE_PERCPU_HASH,
        params: HASH,
        ops: TABLE,
        per_cpu: true,
    },
    MapType {
        name: "PerCpuArray",
        aliases: &["PerCPUArray"],
        kernel: "BPF_MAP_TYPE_PERCPU_ARRAY",
        id: ids::BPF_MAP_TYPE_PERCPU_ARRAY,
        params: ARRAY,
        ops: FIXED,
        per_cpu: true,
    },
    MapType {
        name: "LRUHash",
        aliases: &["LruHash"],
        kernel: "BPF_MAP_TYPE_LRU_HASH",
        id: ids::BPF_MAP_TYPE_LRU_HASH,
        params: HASH,
        ops: TABLE,
        per_cpu: false,
    },
    MapType {
        name: "LRUPerCpuHash",
        aliases: &["LruPerCpuHash", "LRUPerCPUHash"],
        kernel: "BPF_MAP_TYPE_LRU_PERCPU_HASH",
        id: ids::BPF_MAP_TYPE_LRU_PERCPU_HASH,
        params: HASH,
        ops: TABLE,
        per_cpu: true,
    },
    MapType {
        name: "RingBuffer",
        aliases: &["RingBuf"],
        kernel: "BPF_MAP_TYPE_RINGBUF",
        id: ids::BPF_MAP_TYPE_RINGBUF,
        params: RING,
        ops: MapOps { output: true, reserve: true, ..NONE },
        per_cpu: false,
    },
];
