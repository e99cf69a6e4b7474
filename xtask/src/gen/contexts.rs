//! `generated/contexts.rs`: the fields of contexts, and who may use them.

use std::fmt::Write;

use super::BANNER;
use super::context_probe::Access;
use super::prog_types::variant;
use super::structs::{Field, Layout};

/// Numbers that are in network byte order, as the header's comments say: the
/// struct, the field, and how many bits are the number.
const NETWORK: &[(&str, &str, u32)] = &[
    ("__sk_buff", "protocol", 16),
    ("__sk_buff", "vlan_proto", 16),
    ("sk_reuseport_md", "eth_protocol", 16),
    ("bpf_sock_addr", "user_port", 16),
    // The port is in the upper half there.
    ("__sk_buff", "remote_port", 32),
    ("sk_msg_md", "remote_port", 32),
    ("bpf_sock_ops", "remote_port", 32),
];

/// Addresses, which are so everywhere.
const ADDRESSES: &[&str] = &[
    "remote_ip4",
    "local_ip4",
    "remote_ip6",
    "local_ip6",
    "user_ip4",
    "user_ip6",
    "msg_src_ip4",
    "msg_src_ip6",
    "src_ip4",
    "src_ip6",
    "dst_ip4",
    "dst_ip6",
];

/// Fields that kernels have from a version on.
const SINCE: &[(&str, &str, (u16, u16))] = &[
    ("__sk_buff", "tstamp_type", (5, 18)),
    ("__sk_buff", "hwtstamp", (5, 16)),
    ("sk_reuseport_md", "sk", (5, 14)),
    ("sk_reuseport_md", "migrating_sk", (5, 14)),
    ("bpf_sock_ops", "skb_hwtstamp", (6, 2)),
    ("bpf_sk_lookup", "cookie", (5, 13)),
    ("bpf_sk_lookup", "ingress_ifindex", (5, 17)),
];

/// The table's text.
pub fn render(layouts: &[Layout], access: &Access) -> String {
    let mut out = format!(
        "//! {BANNER}\n\nuse crate::context::{{ContextField, ContextStruct, Holds}};\nuse crate::{{ProgType, Version}};\n\n/// The kinds of programs that were asked: program type and attach type.\npub static HOOKS: &[(ProgType, Option<&str>)] = &[\n"
    );
    for (prog_type, attach) in &access.hooks {
        let attach = match attach {
            Some(name) => format!("Some(\"{name}\")"),
            None => "None".to_owned(),
        };
        let _ = writeln!(out, "    (ProgType::{}, {attach}),", variant(prog_type));
    }
    out += "];\n\n/// The structs.\npub static CONTEXTS: &[ContextStruct] = &[\n";
    for layout in layouts {
        let _ = writeln!(
            out,
            "    ContextStruct {{\n        name: \"{}\",\n        fields: &[",
            layout.name
        );
        for field in &layout.fields {
            row(&mut out, layout, field, access);
        }
        out += "        ],\n    },\n";
    }
    out + "];\n"
}

fn row(out: &mut String, layout: &Layout, field: &Field, access: &Access) {
    let key = (layout.name.clone(), field.name.clone());
    let (read, write) = access.fields.get(&key).copied().unwrap_or_default();
    let known =
        |(of, name, _): &&(&str, &str, (u16, u16))| *of == layout.name && *name == field.name;
    let since = match SINCE.iter().find(known) {
        Some((_, _, (major, minor))) => format!("Version::new({major}, {minor})"),
        None => "Version::OLDEST".to_owned(),
    };
    let _ = writeln!(
        out,
        "            ContextField {{ name: \"{}\", offset: {}, bits: {}, count: {}, holds: {}, since: {since}, read: {read:#x}, write: {write:#x} }},",
        field.name,
        field.offset,
        field.size * 8,
        field.count,
        holds(layout, field),
    );
}

fn holds(layout: &Layout, field: &Field) -> String {
    let network = NETWORK.iter().find(|(of, name, _)| *of == layout.name && *name == field.name);
    match field.name.as_str() {
        "data" | "skb_data" | "optval" => "Holds::Packet".to_owned(),
        "data_end" | "skb_data_end" | "optval_end" => "Holds::PacketEnd".to_owned(),
        "data_meta" => "Holds::PacketMeta".to_owned(),
        _ if field.pointer => {
            let of = field.c_type.trim_start_matches("struct ").trim_end_matches('*').trim();
            format!("Holds::Pointer(\"{of}\")")
        }
        name if ADDRESSES.contains(&name) => "Holds::Network(32)".to_owned(),
        _ if field.c_type.starts_with("__be") => format!("Holds::Network({})", field.size * 8),
        _ => match network {
            Some((.., bits)) => format!("Holds::Network({bits})"),
            None => format!("Holds::Number {{ signed: {} }}", field.c_type.starts_with("__s")),
        },
    }
}
