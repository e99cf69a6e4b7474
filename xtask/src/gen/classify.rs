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
    Callback,
    Other,
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
    Pointer,
    PointerOrNull,
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
            plain => format!("ParamKind::{plain:?}"),
        }
    }
}

impl Ret {
    /// The variant of `Ret`, as Rust source.
    pub fn rust(self) -> String {
        match self {
            Self::Int(int) => format!("Ret::Int {}", int.rust()),
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
    ("ringbuf_submit", "data", As::Kind(Kind::Other), "a reserved record, not plain memory"),
    ("ringbuf_discard", "data", As::Kind(Kind::Other), "a reserved record, not plain memory"),
    (
        "user_ringbuf_drain",
        "ctx",
        As::Kind(Kind::Other),
        "the callback's argument, not the context",
    ),
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
    Ok(pointer(c_type, name, params, index))
}

/// The rules for pointers: names and types as the header uses them.
fn pointer(c_type: &str, name: &str, params: &[(String, String)], index: usize) -> Kind {
    let after_map =
        index > 0 && params.get(index - 1).is_some_and(|(c_type, _)| c_type == "struct bpf_map *");
    let keyed = params
        .get(..index)
        .is_some_and(|before| before.iter().any(|(c_type, _)| c_type == "struct bpf_map *"));
    match (c_type, name) {
        ("struct bpf_map *", _) | ("void *", "map") => Kind::Map,
        ("void *", "ctx") | ("const void *", "skb") => Kind::Context,
        (c_type, _) if CONTEXTS.contains(&c_type) => Kind::Context,
        ("void *", "callback_fn") => Kind::Callback,
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
        _ => Kind::Other,
    }
}

/// Whether the next parameter is the size of this one.
fn has_size(params: &[(String, String)], index: usize) -> bool {
    params.get(index + 1).is_some_and(|(c_type, name)| {
        let named = ["size", "len", "sz", "plen", "optlen", "size_of_buf"].contains(&name.as_str())
            || ["_size", "_len", "_sz"].iter().any(|end| name.ends_with(end));
        named && Int::parse(c_type).is_some()
    })
}

/// Pointers that are never null, and pointers that are a value of the map.
const RETURNS: &[(&str, Ret, &str)] = &[
    ("map_lookup_elem", Ret::MapValueOrNull, "the value, if there is one"),
    ("map_lookup_percpu_elem", Ret::MapValueOrNull, "the value, if there is one"),
    ("sk_storage_get", Ret::MapValueOrNull, "the value, if there is one"),
    ("inode_storage_get", Ret::MapValueOrNull, "the value, if there is one"),
    ("task_storage_get", Ret::MapValueOrNull, "the value, if there is one"),
    ("cgrp_storage_get", Ret::MapValueOrNull, "the value, if there is one"),
    ("tail_call", Ret::Void, "goes on only where it failed, with nothing to read"),
    ("get_local_storage", Ret::Pointer, "the storage always exists"),
    ("this_cpu_ptr", Ret::Pointer, "this CPU always exists"),
    ("get_current_task_btf", Ret::Pointer, "there is always a current task"),
    ("task_pt_regs", Ret::Pointer, "declared long, gives struct pt_regs *"),
];

/// What a helper returns, from the C type.
pub fn ret(helper: &str, c_type: &str) -> Result<Ret, Error> {
    if let Some(&(_, ret, _)) = RETURNS.iter().find(|row| row.0 == helper) {
        return Ok(ret);
    }
    match c_type {
        "void" => Ok(Ret::Void),
        pointer if pointer.ends_with('*') => Ok(Ret::PointerOrNull),
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
