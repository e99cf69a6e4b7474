# Written by `cargo xtask gen`; do not edit.
"""Headers of network packets, their constants, and network byte order.

A number of a header is a `be16` or `be32`: bytes in the order of the wire.
`ntohs` and its kin make numbers of them, `htons` the other way round. In user
space they are plain integers, whose bytes lie in memory as on the wire.
"""

from __future__ import annotations

# pyright: reportInvalidTypeForm=false
# `c_uint8 * 6` is an array of ctypes.
import sys
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64

from pythonbpf._marks import struct

__all__ = [
    "ETH_ALEN",
    "ETH_HLEN",
    "ETH_P_8021AD",
    "ETH_P_8021Q",
    "ETH_P_ARP",
    "ETH_P_IP",
    "ETH_P_IPV6",
    "IPPROTO_AH",
    "IPPROTO_ESP",
    "IPPROTO_FRAGMENT",
    "IPPROTO_GRE",
    "IPPROTO_HOPOPTS",
    "IPPROTO_ICMP",
    "IPPROTO_ICMPV6",
    "IPPROTO_IPIP",
    "IPPROTO_IPV6",
    "IPPROTO_ROUTING",
    "IPPROTO_SCTP",
    "IPPROTO_TCP",
    "IPPROTO_UDP",
    "arphdr",
    "be16",
    "be32",
    "be64",
    "ethhdr",
    "htonl",
    "htonll",
    "htons",
    "icmp6_dataun",
    "icmp6hdr",
    "icmp_echo",
    "icmp_frag",
    "icmp_un",
    "icmphdr",
    "in6_addr",
    "in6_u",
    "iphdr",
    "ipv6_opt_hdr",
    "ipv6hdr",
    "ntohl",
    "ntohll",
    "ntohs",
    "tcphdr",
    "udphdr",
    "vlan_hdr",
]

ETH_ALEN = 6
ETH_HLEN = 14
ETH_P_8021AD = 34984
ETH_P_8021Q = 33024
ETH_P_ARP = 2054
ETH_P_IP = 2048
ETH_P_IPV6 = 34525
IPPROTO_AH = 51
IPPROTO_ESP = 50
IPPROTO_FRAGMENT = 44
IPPROTO_GRE = 47
IPPROTO_HOPOPTS = 0
IPPROTO_ICMP = 1
IPPROTO_ICMPV6 = 58
IPPROTO_IPIP = 4
IPPROTO_IPV6 = 41
IPPROTO_ROUTING = 43
IPPROTO_SCTP = 132
IPPROTO_TCP = 6
IPPROTO_UDP = 17


class be16(c_uint16):
    """A number of 16 bits in network byte order."""


class be32(c_uint32):
    """A number of 32 bits in network byte order."""


class be64(c_uint64):
    """A number of 64 bits in network byte order."""


def htons(value: int) -> int:
    """A number of 16 bits in network byte order."""
    return int.from_bytes(value.to_bytes(2, "big"), sys.byteorder)


def htonl(value: int) -> int:
    """A number of 32 bits in network byte order."""
    return int.from_bytes(value.to_bytes(4, "big"), sys.byteorder)


def htonll(value: int) -> int:
    """A number of 64 bits in network byte order."""
    return int.from_bytes(value.to_bytes(8, "big"), sys.byteorder)


def ntohs(value: int) -> int:
    """The number that 16 bits in network byte order are."""
    return int.from_bytes(value.to_bytes(2, "big"), sys.byteorder)


def ntohl(value: int) -> int:
    """The number that 32 bits in network byte order are."""
    return int.from_bytes(value.to_bytes(4, "big"), sys.byteorder)


def ntohll(value: int) -> int:
    """The number that 64 bits in network byte order are."""
    return int.from_bytes(value.to_bytes(8, "big"), sys.byteorder)


@struct
class in6_u:
    """`struct in6_u`."""

    u6_addr8: c_uint8 * 16
    u6_addr16: be16 * 8
    u6_addr32: be32 * 4


@struct
class in6_addr:
    """`struct in6_addr`."""

    in6_u: in6_u
    s6_addr: c_uint8 * 16
    s6_addr16: be16 * 8
    s6_addr32: be32 * 4


@struct
class ethhdr:
    """`struct ethhdr`."""

    h_dest: c_uint8 * 6
    h_source: c_uint8 * 6
    h_proto: be16


@struct
class vlan_hdr:
    """`struct vlan_hdr`."""

    h_vlan_TCI: be16
    h_vlan_encapsulated_proto: be16


@struct
class arphdr:
    """`struct arphdr`."""

    ar_hrd: be16
    ar_pro: be16
    ar_hln: c_uint8
    ar_pln: c_uint8
    ar_op: be16


@struct
class iphdr:
    """`struct iphdr`."""

    ihl_version: c_uint8
    tos: c_uint8
    tot_len: be16
    id: be16
    frag_off: be16
    ttl: c_uint8
    protocol: c_uint8
    check: c_uint16
    saddr: be32
    daddr: be32


@struct
class ipv6hdr:
    """`struct ipv6hdr`."""

    priority_version: c_uint8
    flow_lbl: c_uint8 * 3
    payload_len: be16
    nexthdr: c_uint8
    hop_limit: c_uint8
    saddr: in6_addr
    daddr: in6_addr


@struct
class ipv6_opt_hdr:
    """`struct ipv6_opt_hdr`."""

    nexthdr: c_uint8
    hdrlen: c_uint8


@struct
class tcphdr:
    """`struct tcphdr`."""

    source: be16
    dest: be16
    seq: be32
    ack_seq: be32
    res1_doff: c_uint8
    flags: c_uint8
    window: be16
    check: c_uint16
    urg_ptr: be16


@struct
class udphdr:
    """`struct udphdr`."""

    source: be16
    dest: be16
    len: be16
    check: c_uint16


@struct
class icmp_echo:
    """`struct icmp_echo`."""

    id: be16
    sequence: be16


@struct
class icmp_frag:
    """`struct icmp_frag`."""

    __unused: be16
    mtu: be16


@struct
class icmp_un:
    """`struct icmp_un`."""

    echo: icmp_echo
    gateway: be32
    frag: icmp_frag


@struct
class icmphdr:
    """`struct icmphdr`."""

    type: c_uint8
    code: c_uint8
    checksum: c_uint16
    un: icmp_un


@struct
class icmp6_dataun:
    """`struct icmp6_dataun`."""

    un_data32: be32 * 1
    un_data16: be16 * 2
    un_data8: c_uint8 * 4


@struct
class icmp6hdr:
    """`struct icmp6hdr`."""

    icmp6_type: c_uint8
    icmp6_code: c_uint8
    icmp6_cksum: c_uint16
    icmp6_dataun: icmp6_dataun
