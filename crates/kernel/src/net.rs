//! Headers of network packets, their constants and the functions that turn
//! bytes, as the UAPI headers have them.
//!
//! The layouts are those of the wire, and so the same on every machine. They
//! are what `pythonbpf.net` offers.

/// A header or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetStruct {
    /// Its tag in C.
    pub name: &'static str,
    /// Whether its fields share their memory.
    pub is_union: bool,
    /// Its fields, laid out as C does it.
    pub fields: &'static [NetField],
}

/// A field of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetField {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: NetType,
}

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetType {
    /// An unsigned integer of so many bits.
    Int(u8),
    /// One in network byte order.
    Network(u8),
    /// So many bytes.
    Bytes(u32),
    /// So many integers of so many bits in network byte order.
    NetworkArray(u8, u32),
    /// Another struct of the table.
    Struct(&'static str),
    /// Bits of the byte that the field before declares: the lowest, and how
    /// many.
    Bits(u8, u8),
}

const fn field(name: &'static str, ty: NetType) -> NetField {
    NetField { name, ty }
}

const fn laid(name: &'static str, fields: &'static [NetField]) -> NetStruct {
    NetStruct { name, is_union: false, fields }
}

const fn union(name: &'static str, fields: &'static [NetField]) -> NetStruct {
    NetStruct { name, is_union: true, fields }
}

use crate::ProgType;
use NetType::{Bits, Bytes, Int, Network, NetworkArray, Struct};

/// The headers, those that others hold before them.
pub static NET_STRUCTS: &[NetStruct] = &[
    union(
        "in6_u",
        &[
            field("u6_addr8", Bytes(16)),
            field("u6_addr16", NetworkArray(16, 8)),
            field("u6_addr32", NetworkArray(32, 4)),
        ],
    ),
    union(
        "in6_addr",
        &[
            field("in6_u", Struct("in6_u")),
            field("s6_addr", Bytes(16)),
            field("s6_addr16", NetworkArray(16, 8)),
            field("s6_addr32", NetworkArray(32, 4)),
        ],
    ),
    laid(
        "ethhdr",
        &[field("h_dest", Bytes(6)), field("h_source", Bytes(6)), field("h_proto", Network(16))],
    ),
    laid(
        "vlan_hdr",
        &[field("h_vlan_TCI", Network(16)), field("h_vlan_encapsulated_proto", Network(16))],
    ),
    laid(
        "arphdr",
        &[
            field("ar_hrd", Network(16)),
            field("ar_pro", Network(16)),
            field("ar_hln", Int(8)),
            field("ar_pln", Int(8)),
            field("ar_op", Network(16)),
        ],
    ),
    laid(
        "iphdr",
        &[
            field("ihl_version", Int(8)),
            field("ihl", Bits(0, 4)),
            field("version", Bits(4, 4)),
            field("tos", Int(8)),
            field("tot_len", Network(16)),
            field("id", Network(16)),
            field("frag_off", Network(16)),
            field("ttl", Int(8)),
            field("protocol", Int(8)),
            field("check", Int(16)),
            field("saddr", Network(32)),
            field("daddr", Network(32)),
        ],
    ),
    laid(
        "ipv6hdr",
        &[
            field("priority_version", Int(8)),
            field("priority", Bits(0, 4)),
            field("version", Bits(4, 4)),
            field("flow_lbl", Bytes(3)),
            field("payload_len", Network(16)),
            field("nexthdr", Int(8)),
            field("hop_limit", Int(8)),
            field("saddr", Struct("in6_addr")),
            field("daddr", Struct("in6_addr")),
        ],
    ),
    laid("ipv6_opt_hdr", &[field("nexthdr", Int(8)), field("hdrlen", Int(8))]),
    laid(
        "tcphdr",
        &[
            field("source", Network(16)),
            field("dest", Network(16)),
            field("seq", Network(32)),
            field("ack_seq", Network(32)),
            field("res1_doff", Int(8)),
            field("res1", Bits(0, 4)),
            field("doff", Bits(4, 4)),
            field("flags", Int(8)),
            field("fin", Bits(0, 1)),
            field("syn", Bits(1, 1)),
            field("rst", Bits(2, 1)),
            field("psh", Bits(3, 1)),
            field("ack", Bits(4, 1)),
            field("urg", Bits(5, 1)),
            field("ece", Bits(6, 1)),
            field("cwr", Bits(7, 1)),
            field("window", Network(16)),
            field("check", Int(16)),
            field("urg_ptr", Network(16)),
        ],
    ),
    laid(
        "udphdr",
        &[
            field("source", Network(16)),
            field("dest", Network(16)),
            field("len", Network(16)),
            field("check", Int(16)),
        ],
    ),
    laid("icmp_echo", &[field("id", Network(16)), field("sequence", Network(16))]),
    laid("icmp_frag", &[field("__unused", Network(16)), field("mtu", Network(16))]),
    union(
        "icmp_un",
        &[
            field("echo", Struct("icmp_echo")),
            field("gateway", Network(32)),
            field("frag", Struct("icmp_frag")),
        ],
    ),
    laid(
        "icmphdr",
        &[
            field("type", Int(8)),
            field("code", Int(8)),
            field("checksum", Int(16)),
            field("un", Struct("icmp_un")),
        ],
    ),
    union(
        "icmp6_dataun",
        &[
            field("un_data32", NetworkArray(32, 1)),
            field("un_data16", NetworkArray(16, 2)),
            field("un_data8", Bytes(4)),
        ],
    ),
    laid(
        "icmp6hdr",
        &[
            field("icmp6_type", Int(8)),
            field("icmp6_code", Int(8)),
            field("icmp6_cksum", Int(16)),
            field("icmp6_dataun", Struct("icmp6_dataun")),
        ],
    ),
];

/// Numbers of protocols and the like.
pub static NET_CONSTANTS: &[(&str, i64)] = &[
    ("ETH_ALEN", 6),
    ("ETH_HLEN", 14),
    ("ETH_P_8021AD", 0x88a8),
    ("ETH_P_8021Q", 0x8100),
    ("ETH_P_ARP", 0x0806),
    ("ETH_P_IP", 0x0800),
    ("ETH_P_IPV6", 0x86dd),
    ("IPPROTO_AH", 51),
    ("IPPROTO_ESP", 50),
    ("IPPROTO_FRAGMENT", 44),
    ("IPPROTO_GRE", 47),
    ("IPPROTO_HOPOPTS", 0),
    ("IPPROTO_ICMP", 1),
    ("IPPROTO_ICMPV6", 58),
    ("IPPROTO_IPIP", 4),
    ("IPPROTO_IPV6", 41),
    ("IPPROTO_ROUTING", 43),
    ("IPPROTO_SCTP", 132),
    ("IPPROTO_TCP", 6),
    ("IPPROTO_UDP", 17),
];

/// A function that turns the bytes of a number.
#[derive(Debug, PartialEq, Eq)]
pub struct ByteOrder {
    /// Its name in C and in Python's `socket`.
    pub name: &'static str,
    /// Bits of the number.
    pub bits: u8,
    /// Whether it gives network byte order, and not takes it.
    pub to_network: bool,
}

const fn order(name: &'static str, bits: u8, to_network: bool) -> ByteOrder {
    ByteOrder { name, bits, to_network }
}

/// The functions.
pub static BYTE_ORDERS: &[ByteOrder] = &[
    order("htons", 16, true),
    order("htonl", 32, true),
    order("htonll", 64, true),
    order("ntohs", 16, false),
    order("ntohl", 32, false),
    order("ntohll", 64, false),
];

/// The function of this name.
pub fn byte_order(name: &str) -> Option<&'static ByteOrder> {
    BYTE_ORDERS.iter().find(|known| known.name == name)
}

/// The header of this name.
pub fn net_struct(name: &str) -> Option<&'static NetStruct> {
    NET_STRUCTS.iter().find(|known| known.name == name)
}

/// The constant of this name.
pub fn net_constant(name: &str) -> Option<i64> {
    NET_CONSTANTS.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// The bits of `be16` and the like.
pub fn network_type(name: &str) -> Option<u8> {
    match name {
        "be16" => Some(16),
        "be32" => Some(32),
        "be64" => Some(64),
        _ => None,
    }
}

/// Helpers after which the packet may lie elsewhere, or have another length:
/// the kernel's `bpf_helper_changes_pkt_data`.
const MOVING: &[&str] = &[
    "clone_redirect",
    "l3_csum_replace",
    "l4_csum_replace",
    "lwt_push_encap",
    "lwt_seg6_action",
    "lwt_seg6_adjust_srh",
    "lwt_seg6_store_bytes",
    "msg_pop_data",
    "msg_pull_data",
    "msg_push_data",
    "skb_adjust_room",
    "skb_change_head",
    "skb_change_proto",
    "skb_change_tail",
    "skb_pull_data",
    "skb_store_bytes",
    "skb_vlan_pop",
    "skb_vlan_push",
    "store_hdr_opt",
    "xdp_adjust_head",
    "xdp_adjust_meta",
    "xdp_adjust_tail",
    "tail_call",
];

/// Whether programs of a type may change the packet through pointers.
pub fn packet_writable(prog_type: ProgType) -> bool {
    use ProgType::{CgroupSockopt, LwtXmit, SchedAct, SchedCls, SkMsg, SkSkb, Xdp};
    matches!(prog_type, SchedCls | SchedAct | Xdp | LwtXmit | SkSkb | SkMsg | CgroupSockopt)
}

/// Whether the helper makes pointers into the packet void.
pub fn moves_packet(helper: &str) -> bool {
    MOVING.contains(&helper)
}
