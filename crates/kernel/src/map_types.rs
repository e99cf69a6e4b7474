//! The rows of the table of map types, one for each of the header's enum, and
//! those that are left out with the reason.

use crate::Version;
use crate::generated::map_ids as ids;
use crate::map_type::{LeftOut, MapParam, MapType, Method, MethodForm, ParamRule, Part};

const fn param(name: &'static str, required: bool, rule: ParamRule) -> MapParam {
    MapParam { name, required, rule }
}

const FLAGS: MapParam = param("flags", false, ParamRule::Flags);
const NODE: MapParam = param("numa_node", false, ParamRule::Node);
const PIN: MapParam = param("pin", false, ParamRule::Pin);
const PINNING: MapParam = param("pinning", false, ParamRule::Pin);
const KEY: MapParam = param("key", true, ParamRule::Type);
const VALUE: MapParam = param("value", true, ParamRule::Type);
const INDEX: MapParam = param("key", false, ParamRule::Index);
const COUNT: MapParam = param("max_entries", true, ParamRule::Count);
const INNER: MapParam = param("inner", true, ParamRule::Inner);
const VALUES: MapParam = param("values", false, ParamRule::Maps);
const ID: MapParam = param("key", false, ParamRule::Sized(&[4]));

const HASH: &[MapParam] = &[KEY, VALUE, COUNT, FLAGS, NODE, PIN, PINNING];
const PER_CPU_HASH: &[MapParam] = &[KEY, VALUE, COUNT, FLAGS, PIN, PINNING];
const ARRAY: &[MapParam] = &[INDEX, VALUE, COUNT, FLAGS, NODE, PIN, PINNING];
const PER_CPU_ARRAY: &[MapParam] = &[INDEX, VALUE, COUNT, FLAGS, PIN, PINNING];
const RING: &[MapParam] =
    &[param("max_entries", true, ParamRule::RingSize), FLAGS, NODE, PIN, PINNING];
const PERF: &[MapParam] = &[
    param("key_size", false, ParamRule::FourBytes),
    param("value_size", false, ParamRule::FourBytes),
    param("max_entries", false, ParamRule::Count),
    FLAGS,
    PIN,
    PINNING,
];
const PROGRAMS: &[MapParam] =
    &[COUNT, param("values", false, ParamRule::Programs), FLAGS, PIN, PINNING];
const STACKS: &[MapParam] =
    &[COUNT, param("depth", false, ParamRule::Depth), FLAGS, NODE, PIN, PINNING];
const COUNTED: &[MapParam] = &[COUNT, FLAGS, NODE, PIN, PINNING];
const PREFIXES: &[MapParam] =
    &[param("key", true, ParamRule::PrefixKey), VALUE, COUNT, FLAGS, NODE, PIN, PINNING];
const MAPS: &[MapParam] = &[INNER, COUNT, VALUES, FLAGS, NODE, PIN, PINNING];
const HASH_OF_MAPS: &[MapParam] = &[KEY, INNER, COUNT, VALUES, FLAGS, NODE, PIN, PINNING];
const DEVICES: &[MapParam] =
    &[COUNT, param("value", false, ParamRule::Sized(&[4, 8])), FLAGS, NODE, PIN, PINNING];
const DEVICE_HASH: &[MapParam] =
    &[COUNT, param("value", false, ParamRule::Sized(&[4, 8])), ID, FLAGS, NODE, PIN, PINNING];
const SOCKETS: &[MapParam] =
    &[COUNT, param("value", false, ParamRule::Sized(&[4, 8])), FLAGS, NODE, PIN, PINNING];
const SOCKET_HASH: &[MapParam] =
    &[KEY, COUNT, param("value", false, ParamRule::Sized(&[4, 8])), FLAGS, NODE, PIN, PINNING];
const VALUES_ONLY: &[MapParam] = &[VALUE, COUNT, FLAGS, NODE, PIN, PINNING];
const BLOOM: &[MapParam] =
    &[VALUE, COUNT, FLAGS, param("map_extra", false, ParamRule::Extra(15)), NODE, PIN, PINNING];
const OWNED: &[MapParam] = &[VALUE, FLAGS, PIN, PINNING];
const ATTACHED: &[MapParam] =
    &[VALUE, param("key", false, ParamRule::Sized(&[8, 16])), FLAGS, NODE, PIN, PINNING];
const ARENA: &[MapParam] = &[param("max_entries", true, ParamRule::Pages), FLAGS, PIN, PINNING];

const fn method(name: &'static str, form: MethodForm, helper: &'static str) -> Method {
    Method { name, form, helper }
}

const fn call(name: &'static str, helper: &'static str) -> Method {
    method(name, MethodForm::Call, helper)
}

const LOOKUP: Method = method("lookup", MethodForm::Lookup, "map_lookup_elem");
const GET: Method = method("get", MethodForm::Get, "map_lookup_elem");
const UPDATE: Method = method("update", MethodForm::Update, "map_update_elem");
const DELETE: Method = method("delete", MethodForm::Delete, "map_delete_elem");
const REDIRECT: Method = call("redirect", "redirect_map");
const TABLE: &[Method] = &[LOOKUP, GET, UPDATE, DELETE];
const FIXED: &[Method] = &[LOOKUP, GET, UPDATE];
const QUEUE: &[Method] = &[
    call("push", "map_push_elem"),
    method("pop", MethodForm::Take, "map_pop_elem"),
    method("peek", MethodForm::Take, "map_peek_elem"),
];

const PER_CPU: &[&str] = &["map_lookup_percpu_elem"];
const LOOKED_UP: Option<&str> = Some("map_lookup_elem");

const NUMA: &str = "BPF_F_NUMA_NODE";
const NO_PREALLOC: &str = "BPF_F_NO_PREALLOC";
const NO_COMMON_LRU: &str = "BPF_F_NO_COMMON_LRU";
const ZERO_SEED: &str = "BPF_F_ZERO_SEED";
const MMAPABLE: &str = "BPF_F_MMAPABLE";
const INNER_MAP: &str = "BPF_F_INNER_MAP";
const RDONLY: &str = "BPF_F_RDONLY";
const WRONLY: &str = "BPF_F_WRONLY";

const HASH_FLAGS: &[&str] = &[NO_PREALLOC, NUMA, ZERO_SEED, RDONLY, WRONLY];
const LRU_FLAGS: &[&str] = &[NO_COMMON_LRU, NUMA, ZERO_SEED, RDONLY, WRONLY];
const PLAIN_FLAGS: &[&str] = &[NUMA, RDONLY, WRONLY];
const OWNED_FLAGS: &[&str] = &[NO_PREALLOC];

/// A type of which nothing is said; every row changes what it has.
const ROW: MapType = MapType {
    name: "",
    aliases: &[],
    kernel: "",
    id: ids::BPF_MAP_TYPE_UNSPEC,
    since: Version::OLDEST,
    params: COUNTED,
    key: Part::None,
    value: Part::None,
    flags: PLAIN_FLAGS,
    always: &[],
    methods: &[],
    helpers: &[],
    contains: None,
    each: false,
    inner: false,
    per_cpu: false,
};
/// Any key, any value.
const KEYED: MapType = MapType {
    params: HASH,
    flags: HASH_FLAGS,
    methods: TABLE,
    contains: LOOKED_UP,
    each: true,
    inner: true,
    ..ROW
};
/// Any value, by index.
const INDEXED: MapType = MapType { params: ARRAY, key: Part::Int(32), methods: FIXED, ..KEYED };
/// Any value, one for each owner.
const STORAGE: MapType = MapType {
    params: OWNED,
    key: Part::Int(32),
    flags: OWNED_FLAGS,
    always: &[NO_PREALLOC],
    ..ROW
};
/// Descriptors by index.
const DESCRIPTORS: MapType = MapType { key: Part::Int(32), value: Part::Int(32), ..ROW };

/// Every map type that `pythonbpf.maps` offers, by number.
pub static MAP_TYPES: &[MapType] = &[
    MapType {
        name: "HashMap",
        aliases: &["Hash"],
        kernel: "BPF_MAP_TYPE_HASH",
        id: ids::BPF_MAP_TYPE_HASH,
        helpers: &["timer_init"],
        ..KEYED
    },
    MapType {
        name: "Array",
        aliases: &["ArrayMap"],
        kernel: "BPF_MAP_TYPE_ARRAY",
        id: ids::BPF_MAP_TYPE_ARRAY,
        helpers: &["timer_init"],
        flags: &[MMAPABLE, INNER_MAP, NUMA, RDONLY, WRONLY],
        ..INDEXED
    },
    MapType {
        name: "ProgArray",
        aliases: &["ProgramArray"],
        kernel: "BPF_MAP_TYPE_PROG_ARRAY",
        id: ids::BPF_MAP_TYPE_PROG_ARRAY,
        params: PROGRAMS,
        flags: &[RDONLY, WRONLY],
        methods: &[call("tail_call", "tail_call")],
        ..DESCRIPTORS
    },
    MapType {
        name: "PerfEventArray",
        kernel: "BPF_MAP_TYPE_PERF_EVENT_ARRAY",
        id: ids::BPF_MAP_TYPE_PERF_EVENT_ARRAY,
        params: PERF,
        flags: &["BPF_F_PRESERVE_ELEMS", RDONLY, WRONLY],
        methods: &[method("output", MethodForm::Output, "perf_event_output")],
        helpers: &["perf_event_read", "perf_event_read_value", "skb_output", "xdp_output"],
        ..ROW
    },
    MapType {
        name: "PerCpuHash",
        aliases: &["PerCPUHash"],
        kernel: "BPF_MAP_TYPE_PERCPU_HASH",
        id: ids::BPF_MAP_TYPE_PERCPU_HASH,
        params: PER_CPU_HASH,
        flags: &[NO_PREALLOC, ZERO_SEED, RDONLY, WRONLY],
        helpers: PER_CPU,
        per_cpu: true,
        ..KEYED
    },
    MapType {
        name: "PerCpuArray",
        aliases: &["PerCPUArray"],
        kernel: "BPF_MAP_TYPE_PERCPU_ARRAY",
        id: ids::BPF_MAP_TYPE_PERCPU_ARRAY,
        params: PER_CPU_ARRAY,
        flags: &[RDONLY, WRONLY],
        helpers: PER_CPU,
        per_cpu: true,
        ..INDEXED
    },
    MapType {
        name: "StackTrace",
        aliases: &["StackTraceMap"],
        kernel: "BPF_MAP_TYPE_STACK_TRACE",
        id: ids::BPF_MAP_TYPE_STACK_TRACE,
        params: STACKS,
        key: Part::Int(32),
        methods: &[call("get_stackid", "get_stackid")],
        ..ROW
    },
    MapType {
        name: "CgroupArray",
        kernel: "BPF_MAP_TYPE_CGROUP_ARRAY",
        id: ids::BPF_MAP_TYPE_CGROUP_ARRAY,
        params: &[COUNT, FLAGS, PIN, PINNING],
        flags: &[RDONLY, WRONLY],
        methods: &[
            call("current_task_under", "current_task_under_cgroup"),
            call("skb_under", "skb_under_cgroup"),
        ],
        ..DESCRIPTORS
    },
    MapType {
        name: "LRUHash",
        aliases: &["LruHash"],
        kernel: "BPF_MAP_TYPE_LRU_HASH",
        id: ids::BPF_MAP_TYPE_LRU_HASH,
        helpers: &["timer_init"],
        flags: LRU_FLAGS,
        ..KEYED
    },
    MapType {
        name: "LRUPerCpuHash",
        aliases: &["LruPerCpuHash", "LRUPerCPUHash"],
        kernel: "BPF_MAP_TYPE_LRU_PERCPU_HASH",
        id: ids::BPF_MAP_TYPE_LRU_PERCPU_HASH,
        params: PER_CPU_HASH,
        flags: &[NO_COMMON_LRU, ZERO_SEED, RDONLY, WRONLY],
        helpers: PER_CPU,
        per_cpu: true,
        ..KEYED
    },
    MapType {
        name: "LPMTrie",
        aliases: &["LpmTrie"],
        kernel: "BPF_MAP_TYPE_LPM_TRIE",
        id: ids::BPF_MAP_TYPE_LPM_TRIE,
        params: PREFIXES,
        flags: &[NO_PREALLOC, NUMA, RDONLY, WRONLY],
        always: &[NO_PREALLOC],
        each: false,
        ..KEYED
    },
    MapType {
        name: "ArrayOfMaps",
        kernel: "BPF_MAP_TYPE_ARRAY_OF_MAPS",
        id: ids::BPF_MAP_TYPE_ARRAY_OF_MAPS,
        params: MAPS,
        key: Part::Int(32),
        value: Part::Map,
        methods: &[LOOKUP],
        contains: LOOKED_UP,
        ..ROW
    },
    MapType {
        name: "HashOfMaps",
        kernel: "BPF_MAP_TYPE_HASH_OF_MAPS",
        id: ids::BPF_MAP_TYPE_HASH_OF_MAPS,
        params: HASH_OF_MAPS,
        value: Part::Map,
        flags: HASH_FLAGS,
        methods: &[LOOKUP],
        contains: LOOKED_UP,
        ..ROW
    },
    MapType {
        name: "DevMap",
        kernel: "BPF_MAP_TYPE_DEVMAP",
        id: ids::BPF_MAP_TYPE_DEVMAP,
        params: DEVICES,
        methods: &[REDIRECT, GET],
        contains: LOOKED_UP,
        ..DESCRIPTORS
    },
    MapType {
        name: "SockMap",
        kernel: "BPF_MAP_TYPE_SOCKMAP",
        id: ids::BPF_MAP_TYPE_SOCKMAP,
        params: SOCKETS,
        key: Part::Int(32),
        value: Part::Int(64),
        methods: &[
            call("redirect_skb", "sk_redirect_map"),
            call("redirect_msg", "msg_redirect_map"),
            call("update_sock", "sock_map_update"),
            call("select", "sk_select_reuseport"),
        ],
        ..ROW
    },
    MapType {
        name: "CpuMap",
        aliases: &["CPUMap"],
        kernel: "BPF_MAP_TYPE_CPUMAP",
        id: ids::BPF_MAP_TYPE_CPUMAP,
        params: DEVICES,
        flags: &[NUMA],
        methods: &[REDIRECT],
        ..DESCRIPTORS
    },
    MapType {
        name: "XskMap",
        aliases: &["XSKMap"],
        kernel: "BPF_MAP_TYPE_XSKMAP",
        id: ids::BPF_MAP_TYPE_XSKMAP,
        methods: &[REDIRECT],
        contains: LOOKED_UP,
        ..DESCRIPTORS
    },
    MapType {
        name: "SockHash",
        kernel: "BPF_MAP_TYPE_SOCKHASH",
        id: ids::BPF_MAP_TYPE_SOCKHASH,
        params: SOCKET_HASH,
        value: Part::Int(64),
        methods: &[
            call("redirect_skb", "sk_redirect_hash"),
            call("redirect_msg", "msg_redirect_hash"),
            call("update_sock", "sock_hash_update"),
            call("select", "sk_select_reuseport"),
        ],
        ..ROW
    },
    MapType {
        name: "CgroupStorage",
        kernel: "BPF_MAP_TYPE_CGROUP_STORAGE",
        id: ids::BPF_MAP_TYPE_CGROUP_STORAGE,
        params: ATTACHED,
        key: Part::Int(64),
        methods: &[method("get", MethodForm::OfOwner, "get_local_storage")],
        ..ROW
    },
    MapType {
        name: "ReuseportSockArray",
        kernel: "BPF_MAP_TYPE_REUSEPORT_SOCKARRAY",
        id: ids::BPF_MAP_TYPE_REUSEPORT_SOCKARRAY,
        params: SOCKETS,
        key: Part::Int(32),
        value: Part::Int(64),
        methods: &[call("select", "sk_select_reuseport")],
        ..ROW
    },
    MapType {
        name: "PerCpuCgroupStorage",
        aliases: &["PerCPUCgroupStorage"],
        kernel: "BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE",
        id: ids::BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
        params: ATTACHED,
        key: Part::Int(64),
        methods: &[method("get", MethodForm::OfOwner, "get_local_storage")],
        per_cpu: true,
        ..ROW
    },
    MapType {
        name: "Queue",
        kernel: "BPF_MAP_TYPE_QUEUE",
        id: ids::BPF_MAP_TYPE_QUEUE,
        params: VALUES_ONLY,
        methods: QUEUE,
        inner: true,
        ..ROW
    },
    MapType {
        name: "Stack",
        kernel: "BPF_MAP_TYPE_STACK",
        id: ids::BPF_MAP_TYPE_STACK,
        params: VALUES_ONLY,
        methods: QUEUE,
        inner: true,
        ..ROW
    },
    MapType {
        name: "SkStorage",
        aliases: &["SocketStorage"],
        kernel: "BPF_MAP_TYPE_SK_STORAGE",
        id: ids::BPF_MAP_TYPE_SK_STORAGE,
        flags: &[NO_PREALLOC, "BPF_F_CLONE"],
        methods: &[
            method("get", MethodForm::OfOwner, "sk_storage_get"),
            method("delete", MethodForm::OfOwner, "sk_storage_delete"),
        ],
        ..STORAGE
    },
    MapType {
        name: "DevMapHash",
        kernel: "BPF_MAP_TYPE_DEVMAP_HASH",
        id: ids::BPF_MAP_TYPE_DEVMAP_HASH,
        params: DEVICE_HASH,
        methods: &[REDIRECT, GET],
        contains: LOOKED_UP,
        ..DESCRIPTORS
    },
    MapType {
        name: "RingBuffer",
        aliases: &["RingBuf"],
        kernel: "BPF_MAP_TYPE_RINGBUF",
        id: ids::BPF_MAP_TYPE_RINGBUF,
        params: RING,
        flags: &[NUMA],
        methods: &[
            method("output", MethodForm::Output, "ringbuf_output"),
            method("reserve", MethodForm::Reserve, "ringbuf_reserve"),
            method("reserve_dynptr", MethodForm::Reserve, "ringbuf_reserve_dynptr"),
            method("submit", MethodForm::Finish, "ringbuf_submit"),
            method("discard", MethodForm::Finish, "ringbuf_discard"),
            call("query", "ringbuf_query"),
        ],
        helpers: &["ringbuf_reserve_dynptr"],
        ..ROW
    },
    MapType {
        name: "InodeStorage",
        kernel: "BPF_MAP_TYPE_INODE_STORAGE",
        id: ids::BPF_MAP_TYPE_INODE_STORAGE,
        methods: &[
            method("get", MethodForm::OfOwner, "inode_storage_get"),
            method("delete", MethodForm::OfOwner, "inode_storage_delete"),
        ],
        ..STORAGE
    },
    MapType {
        name: "TaskStorage",
        kernel: "BPF_MAP_TYPE_TASK_STORAGE",
        id: ids::BPF_MAP_TYPE_TASK_STORAGE,
        since: Version::new(5, 11),
        methods: &[
            method("get", MethodForm::OfOwner, "task_storage_get"),
            method("delete", MethodForm::OfOwner, "task_storage_delete"),
        ],
        ..STORAGE
    },
    MapType {
        name: "BloomFilter",
        kernel: "BPF_MAP_TYPE_BLOOM_FILTER",
        id: ids::BPF_MAP_TYPE_BLOOM_FILTER,
        since: Version::new(5, 16),
        params: BLOOM,
        flags: &[NUMA, ZERO_SEED, RDONLY, WRONLY],
        methods: &[call("push", "map_push_elem"), call("add", "map_push_elem")],
        contains: Some("map_peek_elem"),
        inner: true,
        ..ROW
    },
    MapType {
        name: "UserRingBuffer",
        aliases: &["UserRingBuf"],
        kernel: "BPF_MAP_TYPE_USER_RINGBUF",
        id: ids::BPF_MAP_TYPE_USER_RINGBUF,
        since: Version::new(6, 1),
        params: RING,
        flags: &[NUMA],
        methods: &[call("drain", "user_ringbuf_drain")],
        ..ROW
    },
    MapType {
        name: "CgrpStorage",
        kernel: "BPF_MAP_TYPE_CGRP_STORAGE",
        id: ids::BPF_MAP_TYPE_CGRP_STORAGE,
        since: Version::new(6, 2),
        methods: &[
            method("get", MethodForm::OfOwner, "cgrp_storage_get"),
            method("delete", MethodForm::OfOwner, "cgrp_storage_delete"),
        ],
        ..STORAGE
    },
    MapType {
        name: "Arena",
        kernel: "BPF_MAP_TYPE_ARENA",
        id: ids::BPF_MAP_TYPE_ARENA,
        since: Version::new(6, 9),
        params: ARENA,
        flags: &[MMAPABLE, "BPF_F_SEGV_ON_FAULT", "BPF_F_NO_USER_CONV"],
        always: &[MMAPABLE],
        ..ROW
    },
    MapType {
        name: "StructOps",
        kernel: "BPF_MAP_TYPE_STRUCT_OPS",
        id: ids::BPF_MAP_TYPE_STRUCT_OPS,
        ..ROW
    },
];

/// The types of the header that need no class.
pub static LEFT_OUT: &[LeftOut] = &[LeftOut {
    kernel: "BPF_MAP_TYPE_INSN_ARRAY",
    id: ids::BPF_MAP_TYPE_INSN_ARRAY,
    since: Version::new(6, 19),
    reason: "libbpf makes it of a compiler's jump tables",
}];
