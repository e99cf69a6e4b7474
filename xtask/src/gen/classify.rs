//! How a helper takes each argument, from its C signature.
//!
//! The header tells most of it by types and names; where it does not, a row
//! of [`OVERRIDES`] says so with its reason, taken from the helper's
//! description in the same header.

use super::Error;

/// How an argument is passed; the variants are those of `kernel::ParamKind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Context,
    Map,
    MapKey,
    MapValue,
    MapValueOut,
    MemIn(usize),
    MemOut(usize),
    MemInOut(usize),
    Size,
    Str,
    Scalar(Int),
    Address,
    OutInt(Int),
    Fixed(u8),
    Callback(Callback),
    CallbackContext,
    FirstValue,
    Dynptr,
    DynptrOut,
    Timer,
    SpinLock,
    KptrSlot,
    Kptr,
    Socket,
    SocketOrNull,
    Kernel(&'static str),
    PerCpu,
    Record,
}

/// What a helper calls back with; the variants are those of
/// `kernel::Callback`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callback {
    Element,
    Turn,
    Timer,
    Area,
    Message,
}

/// An integer type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Int {
    bits: u8,
    signed: bool,
}

/// What a helper returns; the variants are those of `kernel::Ret`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ret {
    Void,
    Int(Int),
    MapValueOrNull,
    MapValue,
    Socket { kind: Socket, acquired: bool },
    Kernel { name: &'static str, nullable: bool },
    Slice,
    PerCpu { nullable: bool },
    Kptr,
    Record,
}

/// What is known of a socket; the variants are those of `kernel::Socket`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Socket {
    Common,
    Full,
    Tcp,
}

impl Int {
    fn rust(self) -> String {
        format!("{{ bits: {}, signed: {} }}", self.bits, self.signed)
    }

    /// The integer that C calls `c_type`.
    fn parse(c_type: &str) -> Option<Self> {
        let (bits, signed) = match c_type.trim_start_matches("__") {
            "u8" => (8, false),
            "u16" | "be16" => (16, false),
            "u32" | "be32" | "wsum" => (32, false),
            "s32" | "int" => (32, true),
            "u64" | "unsigned long" | "size_t" => (64, false),
            "s64" | "long" => (64, true),
            _ => return None,
        };
        Some(Self { bits, signed })
    }
}

impl Kind {
    /// The variant of `ParamKind`, as Rust source.
    pub fn rust(self) -> String {
        match self {
            Self::MemIn(size) => format!("ParamKind::MemIn {{ size: {size} }}"),
            Self::MemOut(size) => format!("ParamKind::MemOut {{ size: {size} }}"),
            Self::MemInOut(size) => format!("ParamKind::MemInOut {{ size: {size} }}"),
            Self::Scalar(int) => format!("ParamKind::Scalar {}", int.rust()),
            Self::OutInt(int) => format!("ParamKind::OutInt {}", int.rust()),
            Self::Fixed(size) => format!("ParamKind::Fixed {{ size: {size} }}"),
            Self::Callback(callback) => format!("ParamKind::Callback(Callback::{callback:?})"),
            plain => format!("ParamKind::{plain:?}"),
        }
    }
}

impl Ret {
    /// The variant of `Ret`, as Rust source.
    pub fn rust(self) -> String {
        match self {
            Self::Int(int) => format!("Ret::Int {}", int.rust()),
            Self::Socket { kind, acquired } => {
                format!("Ret::Socket {{ kind: Socket::{kind:?}, acquired: {acquired} }}")
            }
            // As Rust writes it, but for the text, which is the same.
            plain => format!("Ret::{plain:?}"),
        }
    }
}

/// What an override makes of a parameter.
#[derive(Clone, Copy)]
enum As {
    Kind(Kind),
    /// Memory whose size is the next parameter, read.
    In,
    /// Memory whose size is the next parameter, read and written.
    InOut,
}

/// Helper, parameter, what it is, why the header's type misleads.
const OVERRIDES: &[(&str, &str, As, &str)] = &[
    ("csum_diff", "from", As::In, "not const, only read"),
    ("csum_diff", "to", As::In, "not const, only read"),
    ("perf_event_output", "data", As::In, "not const, copied into the buffer"),
    ("skb_output", "data", As::In, "not const, copied into the buffer"),
    ("xdp_output", "data", As::In, "not const, copied into the buffer"),
    ("ringbuf_output", "data", As::In, "not const, copied into the buffer"),
    ("ringbuf_output", "ringbuf", As::Kind(Kind::Map), "a map declared as void *"),
    ("ringbuf_reserve", "ringbuf", As::Kind(Kind::Map), "a map declared as void *"),
    ("ringbuf_query", "ringbuf", As::Kind(Kind::Map), "a map declared as void *"),
    ("ringbuf_reserve_dynptr", "ringbuf", As::Kind(Kind::Map), "a map declared as void *"),
    ("skb_set_tunnel_key", "key", As::In, "not const, the key to set"),
    ("skb_set_tunnel_opt", "opt", As::In, "not const, the option to set"),
    ("setsockopt", "optval", As::In, "not const, the value to set"),
    ("bind", "addr", As::In, "not const, the address to bind to"),
    ("fib_lookup", "params", As::InOut, "the query, overwritten by the answer"),
    ("redirect_neigh", "params", As::In, "not const, the next hop"),
    ("lwt_push_encap", "hdr", As::In, "not const, the header to push"),
    ("lwt_seg6_action", "param", As::In, "not const, the action's parameter"),
    ("xdp_store_bytes", "buf", As::In, "not const, copied into the packet"),
    ("store_hdr_opt", "from", As::In, "copied into the packet"),
    ("load_hdr_opt", "searchby_res", As::InOut, "the option to find, overwritten by it"),
    ("sk_lookup_tcp", "tuple", As::In, "not const, the tuple to find"),
    ("sk_lookup_udp", "tuple", As::In, "not const, the tuple to find"),
    ("skc_lookup_tcp", "tuple", As::In, "not const, the tuple to find"),
    ("tcp_check_syncookie", "iph", As::In, "not const, a header to read"),
    ("tcp_check_syncookie", "th", As::In, "not const, a header to read"),
    ("tcp_gen_syncookie", "iph", As::In, "not const, a header to read"),
    ("tcp_gen_syncookie", "th", As::In, "not const, a header to read"),
    ("tcp_raw_gen_syncookie_ipv4", "th", As::In, "not const, a header to read"),
    ("tcp_raw_gen_syncookie_ipv6", "th", As::In, "not const, a header to read"),
    ("snprintf", "data", As::In, "not const, the values to print"),
    ("snprintf_btf", "ptr", As::In, "not const, the object to print"),
    ("seq_printf_btf", "ptr", As::In, "not const, the object to print"),
    ("sys_bpf", "attr", As::In, "not const, the attributes of the command"),
    ("btf_find_by_name_kind", "name", As::In, "not const, the name to find"),
    ("dynptr_from_mem", "data", As::InOut, "the memory the dynptr stands for"),
    ("dynptr_write", "src", As::In, "not const, copied from"),
    (
        "setsockopt",
        "bpf_socket",
        As::Kind(Kind::Context),
        "the context of the hooks that may call it",
    ),
    (
        "getsockopt",
        "bpf_socket",
        As::Kind(Kind::Context),
        "the context of the hooks that may call it",
    ),
    ("sock_ops_cb_flags_set", "bpf_sock", As::Kind(Kind::Context), "a context by another name"),
    ("tail_call", "prog_array_map", As::Kind(Kind::Map), "a map declared by its role"),
    (
        "probe_read",
        "unsafe_ptr",
        As::Kind(Kind::Address),
        "any address; a bad one is an error code",
    ),
    (
        "probe_read_str",
        "unsafe_ptr",
        As::Kind(Kind::Address),
        "any address; a bad one is an error code",
    ),
    (
        "probe_read_user",
        "unsafe_ptr",
        As::Kind(Kind::Address),
        "any address; a bad one is an error code",
    ),
    (
        "probe_read_user_str",
        "unsafe_ptr",
        As::Kind(Kind::Address),
        "any address; a bad one is an error code",
    ),
    (
        "probe_read_kernel",
        "unsafe_ptr",
        As::Kind(Kind::Address),
        "any address; a bad one is an error code",
    ),
    (
        "probe_read_kernel_str",
        "unsafe_ptr",
        As::Kind(Kind::Address),
        "any address; a bad one is an error code",
    ),
    ("probe_write_user", "dst", As::Kind(Kind::Address), "an address of user memory"),
    ("copy_from_user", "user_ptr", As::Kind(Kind::Address), "an address of user memory"),
    ("copy_from_user_task", "user_ptr", As::Kind(Kind::Address), "an address of user memory"),
    ("ringbuf_submit", "data", As::Kind(Kind::Record), "a reserved record, not plain memory"),
    ("ringbuf_discard", "data", As::Kind(Kind::Record), "a reserved record, not plain memory"),
    (
        "user_ringbuf_drain",
        "ctx",
        As::Kind(Kind::CallbackContext),
        "the callback's argument, not the context",
    ),
    ("inode_storage_get", "inode", As::Kind(Kind::Kernel("inode")), "declared as void *"),
    ("inode_storage_delete", "inode", As::Kind(Kind::Kernel("inode")), "declared as void *"),
    ("tcp_send_ack", "tp", As::Kind(Kind::Kernel("tcp_sock")), "declared as void *"),
    ("skb_output", "ctx", As::Kind(Kind::Kernel("sk_buff")), "the packet itself, not the context"),
    ("xdp_output", "ctx", As::Kind(Kind::Kernel("xdp_buff")), "the packet itself, not the context"),
    ("sk_assign", "sk", As::Kind(Kind::SocketOrNull), "null takes the choice back"),
    ("kptr_xchg", "dst", As::Kind(Kind::KptrSlot), "a pointer that is kept in a map"),
    ("kptr_xchg", "ptr", As::Kind(Kind::Kptr), "what is kept there from now on"),
    ("dynptr_from_mem", "ptr", As::Kind(Kind::DynptrOut), "the dynptr that is made"),
    ("ringbuf_reserve_dynptr", "ptr", As::Kind(Kind::DynptrOut), "the dynptr that is made"),
    ("tcp_raw_gen_syncookie_ipv4", "iph", As::Kind(Kind::Fixed(20)), "a header to read"),
    ("tcp_raw_gen_syncookie_ipv6", "iph", As::Kind(Kind::Fixed(40)), "a header to read"),
    ("tcp_raw_check_syncookie_ipv4", "iph", As::Kind(Kind::Fixed(20)), "a header to read"),
    ("tcp_raw_check_syncookie_ipv4", "th", As::Kind(Kind::Fixed(20)), "a header to read"),
    ("tcp_raw_check_syncookie_ipv6", "iph", As::Kind(Kind::Fixed(40)), "a header to read"),
    ("tcp_raw_check_syncookie_ipv6", "th", As::Kind(Kind::Fixed(20)), "a header to read"),
];

/// Integers in kernel structs that a helper fills through a pointer.
const OUT_INTS: &[(&str, &str)] = &[
    ("strtol", "res"),
    ("strtoul", "res"),
    ("check_mtu", "mtu_len"),
    ("kallsyms_lookup_name", "res"),
    ("get_func_arg", "value"),
    ("get_func_ret", "value"),
];

/// What helpers call back with.
const CALLBACKS: &[(&str, Callback)] = &[
    ("for_each_map_elem", Callback::Element),
    ("loop", Callback::Turn),
    ("timer_set_callback", Callback::Timer),
    ("find_vma", Callback::Area),
    ("user_ringbuf_drain", Callback::Message),
];

/// Pointers whose type alone tells how they are passed.
const BY_TYPE: &[(&str, Kind)] = &[
    ("const struct bpf_dynptr *", Kind::Dynptr),
    ("struct bpf_dynptr *", Kind::Dynptr),
    ("struct bpf_timer *", Kind::Timer),
    ("struct bpf_spin_lock *", Kind::SpinLock),
    ("struct bpf_sock *", Kind::Socket),
    ("struct task_struct *", Kind::Kernel("task_struct")),
    ("struct seq_file *", Kind::Kernel("seq_file")),
    ("const struct path *", Kind::Kernel("path")),
    ("struct linux_binprm *", Kind::Kernel("linux_binprm")),
    ("struct inode *", Kind::Kernel("inode")),
    ("struct file *", Kind::Kernel("file")),
    ("struct cgroup *", Kind::Kernel("cgroup")),
];

/// Types that are a program's context.
const CONTEXTS: [&str; 11] = [
    "struct bpf_sk_lookup *",
    "struct sk_buff *",
    "struct xdp_buff *",
    "struct bpf_sock_ops *",
    "struct bpf_sock_addr *",
    "struct sk_msg_buff *",
    "struct sk_msg_md *",
    "struct sk_reuseport_md *",
    "struct bpf_sysctl *",
    "struct bpf_perf_event_data *",
    "struct pt_regs *",
];

/// The kind of each parameter of `helper`, given as type and name.
pub fn classify(helper: &str, params: &[(String, String)]) -> Result<Vec<Kind>, Error> {
    let mut kinds = Vec::new();
    for index in 0..params.len() {
        let size_of = kinds.last().is_some_and(|kind| is_memory(*kind));
        kinds.push(if size_of { Kind::Size } else { kind(helper, params, index)? });
    }
    Ok(kinds)
}

fn is_memory(kind: Kind) -> bool {
    matches!(kind, Kind::MemIn(_) | Kind::MemOut(_) | Kind::MemInOut(_))
}

fn kind(helper: &str, params: &[(String, String)], index: usize) -> Result<Kind, Error> {
    let Some((c_type, name)) = params.get(index) else {
        return Err(Error::form("a parameter", helper));
    };
    if let Some(&(.., replaced, _)) = OVERRIDES.iter().find(|row| row.0 == helper && row.1 == name)
    {
        return Ok(match replaced {
            As::Kind(kind) => kind,
            As::In => Kind::MemIn(index + 1),
            As::InOut => Kind::MemInOut(index + 1),
        });
    }
    if let Some(int) = Int::parse(c_type) {
        return Ok(Kind::Scalar(int));
    }
    if OUT_INTS.contains(&(helper, name)) {
        let int = c_type.strip_suffix('*').and_then(|c_type| Int::parse(c_type.trim()));
        return int.map(Kind::OutInt).ok_or_else(|| Error::form("an integer pointer", c_type));
    }
    if name == "callback_fn" {
        let row = CALLBACKS.iter().find(|row| row.0 == helper);
        let row = row.ok_or_else(|| Error::form("a callback", helper))?;
        return Ok(Kind::Callback(row.1));
    }
    pointer(c_type, name, params, index)
        .ok_or_else(|| Error::form("a pointer", format!("{helper}({c_type} {name})")))
}

/// The rules for pointers: names and types as the header uses them.
fn pointer(c_type: &str, name: &str, params: &[(String, String)], index: usize) -> Option<Kind> {
    let after_map =
        index > 0 && params.get(index - 1).is_some_and(|(c_type, _)| c_type == "struct bpf_map *");
    let keyed = params
        .get(..index)
        .is_some_and(|before| before.iter().any(|(c_type, _)| c_type == "struct bpf_map *"));
    if let Some((_, kind)) = BY_TYPE.iter().find(|row| row.0 == c_type) {
        return Some(*kind);
    }
    Some(match (c_type, name) {
        ("struct bpf_map *", _) | ("void *", "map") => Kind::Map,
        ("void *", "ctx") | ("const void *", "skb") => Kind::Context,
        (c_type, _) if CONTEXTS.contains(&c_type) => Kind::Context,
        ("void *", "callback_ctx") => Kind::CallbackContext,
        ("void *", "sk" | "sock") => Kind::Socket,
        ("const void *", "percpu_ptr") => Kind::PerCpu,
        ("void *", "value") if keyed && !after_map => Kind::FirstValue,
        ("const void *" | "void *", "key") if keyed => Kind::MapKey,
        ("const void *", "value") if keyed => Kind::MapValue,
        ("void *", "value") if after_map => Kind::MapValueOut,
        (c_type, _) if has_size(params, index) => {
            if c_type.starts_with("const ") {
                Kind::MemIn(index + 1)
            } else {
                Kind::MemOut(index + 1)
            }
        }
        ("const char *", _) => Kind::Str,
        _ => return None,
    })
}

/// Whether the next parameter is the size of this one.
fn has_size(params: &[(String, String)], index: usize) -> bool {
    params.get(index + 1).is_some_and(|(c_type, name)| {
        let named = ["size", "len", "sz", "plen", "optlen", "size_of_buf"].contains(&name.as_str())
            || ["_size", "_len", "_sz"].iter().any(|end| name.ends_with(end));
        named && Int::parse(c_type).is_some()
    })
}

const FOUND: Ret = Ret::Socket { kind: Socket::Full, acquired: true };
const FULL: Ret = Ret::Socket { kind: Socket::Full, acquired: false };

const fn maybe(name: &'static str) -> Ret {
    Ret::Kernel { name, nullable: true }
}

/// What the pointers are that helpers return.
const RETURNS: &[(&str, Ret, &str)] = &[
    ("map_lookup_elem", Ret::MapValueOrNull, "the value, if there is one"),
    ("map_lookup_percpu_elem", Ret::MapValueOrNull, "the value, if there is one"),
    ("sk_storage_get", Ret::MapValueOrNull, "the value, if there is one"),
    ("inode_storage_get", Ret::MapValueOrNull, "the value, if there is one"),
    ("task_storage_get", Ret::MapValueOrNull, "the value, if there is one"),
    ("cgrp_storage_get", Ret::MapValueOrNull, "the value, if there is one"),
    ("tail_call", Ret::Void, "goes on only where it failed, with nothing to read"),
    ("get_local_storage", Ret::MapValue, "the storage always exists"),
    ("sk_lookup_tcp", FOUND, "must be released"),
    ("sk_lookup_udp", FOUND, "must be released"),
    ("skc_lookup_tcp", Ret::Socket { kind: Socket::Common, acquired: true }, "must be released"),
    ("sk_fullsock", FULL, "the same socket, if it is a full one"),
    ("get_listener_sock", FULL, "another one of the same life"),
    (
        "tcp_sock",
        Ret::Socket { kind: Socket::Tcp, acquired: false },
        "the same socket, if it is TCP",
    ),
    ("skc_to_tcp6_sock", maybe("tcp6_sock"), "the same socket, if it is one"),
    ("skc_to_tcp_sock", maybe("tcp_sock"), "the same socket, if it is one"),
    ("skc_to_tcp_timewait_sock", maybe("tcp_timewait_sock"), "the same socket, if it is one"),
    ("skc_to_tcp_request_sock", maybe("tcp_request_sock"), "the same socket, if it is one"),
    ("skc_to_udp6_sock", maybe("udp6_sock"), "the same socket, if it is one"),
    ("skc_to_unix_sock", maybe("unix_sock"), "the same socket, if it is one"),
    ("skc_to_mptcp_sock", maybe("mptcp_sock"), "the same socket, if it is one"),
    ("sock_from_file", maybe("socket"), "the file's socket, if it has one"),
    ("get_current_task_btf", Ret::Kernel { name: "task_struct", nullable: false }, "always one"),
    ("task_pt_regs", Ret::Kernel { name: "pt_regs", nullable: false }, "declared long"),
    ("per_cpu_ptr", Ret::PerCpu { nullable: true }, "there may be no such CPU"),
    ("this_cpu_ptr", Ret::PerCpu { nullable: false }, "this CPU always exists"),
    ("kptr_xchg", Ret::Kptr, "what was kept there, which must be released"),
    ("ringbuf_reserve", Ret::Record, "must be submitted or discarded"),
    ("dynptr_data", Ret::Slice, "a part of what the dynptr stands for"),
];

/// What a helper returns, from the C type.
pub fn ret(helper: &str, c_type: &str) -> Result<Ret, Error> {
    if let Some(&(_, ret, _)) = RETURNS.iter().find(|row| row.0 == helper) {
        return Ok(ret);
    }
    match c_type {
        "void" => Ok(Ret::Void),
        int => Int::parse(int).map(Ret::Int).ok_or_else(|| Error::form("a return type", int)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, OUT_INTS, OVERRIDES, RETURNS, classify};

    fn kinds(helper: &str, params: &[(&str, &str)]) -> Vec<Kind> {
        let own = |text: &str| text.to_owned();
        let params: Vec<_> = params.iter().map(|(ty, name)| (own(ty), own(name))).collect();
        classify(helper, &params).unwrap()
    }

    #[test]
    fn direction_follows_const() {
        assert_eq!(
            kinds("get_current_comm", &[("void *", "buf"), ("u32", "size_of_buf")]),
            [Kind::MemOut(1), Kind::Size]
        );
        assert_eq!(
            kinds("trace_vprintk", &[("const void *", "data"), ("u32", "data_len")]),
            [Kind::MemIn(1), Kind::Size]
        );
    }

    #[test]
    fn map_arguments_are_known_by_their_map() {
        assert_eq!(
            kinds("map_push_elem", &[("struct bpf_map *", "map"), ("const void *", "value")]),
            [Kind::Map, Kind::MapValue]
        );
    }

    /// A row that names a helper or parameter the header lacks does nothing.
    #[test]
    fn every_override_is_used() {
        let sources = crate::r#gen::vendored::Sources::find(crate::r#gen::root()).unwrap();
        let helpers = crate::r#gen::helpers::parse(&sources.bpf).unwrap();
        let has = |helper: &str, param: &str| {
            helpers.iter().any(|h| h.name == helper && h.params.iter().any(|p| p.name == param))
        };
        let rows = OVERRIDES.iter().map(|row| (row.0, row.1)).chain(OUT_INTS.iter().copied());
        for (helper, param) in rows {
            assert!(has(helper, param), "{helper} has no parameter {param}");
        }
        for (helper, ..) in RETURNS {
            assert!(helpers.iter().any(|h| h.name == *helper), "no helper {helper}");
        }
    }
}
