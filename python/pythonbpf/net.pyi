# Written by `cargo xtask gen`; do not edit.
"""Headers of network packets, their constants, and network byte order.

A number of a header is a `be16` or `be32`: bytes in the order of the wire.
`ntohs` and its kin make numbers of them, `htons` the other way round. In user
space they are plain integers, whose bytes lie in memory as on the wire.
"""

from __future__ import annotations

from ctypes import c_uint16, c_uint32, c_uint64
from typing import Any

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

ETH_ALEN: int
ETH_HLEN: int
ETH_P_8021AD: int
ETH_P_8021Q: int
ETH_P_ARP: int
ETH_P_IP: int
ETH_P_IPV6: int
IPPROTO_AH: int
IPPROTO_ESP: int
IPPROTO_FRAGMENT: int
IPPROTO_GRE: int
IPPROTO_HOPOPTS: int
IPPROTO_ICMP: int
IPPROTO_ICMPV6: int
IPPROTO_IPIP: int
IPPROTO_IPV6: int
IPPROTO_ROUTING: int
IPPROTO_SCTP: int
IPPROTO_TCP: int
IPPROTO_UDP: int

class be16(c_uint16): ...
class be32(c_uint32): ...
class be64(c_uint64): ...

def htons(value: Any) -> Any: ...
def htonl(value: Any) -> Any: ...
def htonll(value: Any) -> Any: ...
def ntohs(value: Any) -> Any: ...
def ntohl(value: Any) -> Any: ...
def ntohll(value: Any) -> Any: ...

class in6_u:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    u6_addr8: Any
    u6_addr16: Any
    u6_addr32: Any

class in6_addr:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    in6_u: Any
    s6_addr: Any
    s6_addr16: Any
    s6_addr32: Any

class ethhdr:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    h_dest: Any
    h_source: Any
    h_proto: Any

class vlan_hdr:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    h_vlan_TCI: Any
    h_vlan_encapsulated_proto: Any

class arphdr:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    ar_hrd: Any
    ar_pro: Any
    ar_hln: int
    ar_pln: int
    ar_op: Any

class iphdr:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    ihl_version: int
    ihl: int
    version: int
    tos: int
    tot_len: Any
    id: Any
    frag_off: Any
    ttl: int
    protocol: int
    check: int
    saddr: Any
    daddr: Any

class ipv6hdr:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    priority_version: int
    priority: int
    version: int
    flow_lbl: Any
    payload_len: Any
    nexthdr: int
    hop_limit: int
    saddr: Any
    daddr: Any

class ipv6_opt_hdr:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    nexthdr: int
    hdrlen: int

class tcphdr:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    source: Any
    dest: Any
    seq: Any
    ack_seq: Any
    res1_doff: int
    res1: int
    doff: int
    flags: int
    fin: int
    syn: int
    rst: int
    psh: int
    ack: int
    urg: int
    ece: int
    cwr: int
    window: Any
    check: int
    urg_ptr: Any

class udphdr:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    source: Any
    dest: Any
    len: Any
    check: int

class icmp_echo:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    id: Any
    sequence: Any

class icmp_frag:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    __unused: Any
    mtu: Any

class icmp_un:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    echo: Any
    gateway: Any
    frag: Any

class icmphdr:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    type: int
    code: int
    checksum: int
    un: Any

class icmp6_dataun:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    un_data32: Any
    un_data16: Any
    un_data8: Any

class icmp6hdr:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    icmp6_type: int
    icmp6_code: int
    icmp6_cksum: int
    icmp6_dataun: Any
