"""A packet parsed header by header: Ethernet, VLAN, IPv4, IPv6, TCP, UDP."""
# run: parse(data=0x02000000000102000000000208004500002800010000400600000a0000010a000002303900500000000100000000501200000000000001020304) == 80
# run: parse(data=0x0200000000010200000000028100000508004500001c00010000401100000a0000010a000002303900350008000001020304) == 53
# run: parse(data=0x02000000000102000000000286dd60000000001406400000000000000000000000000000000100000000000000000000000000000002303901bb00000001000000005002000000000000) == 443
# run: parse(data=0x0200000000010200000000020806000108000604000102000000000200000000) == 1
# run: parse(data=0x020000000001020000000002080045000028) == 2
# run: parse(data=0x02000000000102000000000208004800002800010000400600000a0000010a0000020101010101010101010101013039005000000001) == 3
# run: parse(data=0x02000000000102000000000208004600002800010000400600000a0000010a00000201010101303900160000000100000000501200000000000001020304) == 22
# map: seen[1] == 167772161
# map: seen[2] == 18
# map: seen[3] == 5
# map: seen[4] == 2
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap
from pythonbpf.net import (
    ETH_HLEN,
    ETH_P_8021Q,
    ETH_P_IP,
    ETH_P_IPV6,
    IPPROTO_TCP,
    IPPROTO_UDP,
    ethhdr,
    htons,
    iphdr,
    ipv6hdr,
    ntohl,
    ntohs,
    tcphdr,
    udphdr,
    vlan_hdr,
)


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def parse(ctx: c_void_p) -> c_int64:
    eth = ctx.packet(ethhdr, 0)
    if not eth:
        return 0
    protocol = eth.h_proto
    offset = ETH_HLEN
    if protocol == htons(ETH_P_8021Q):
        vlan = ctx.packet(vlan_hdr, offset)
        if vlan is None:
            return 0
        seen[3] = ntohs(vlan.h_vlan_TCI) & 0xFFF
        protocol = vlan.h_vlan_encapsulated_proto
        offset += 4
    if protocol == htons(ETH_P_IP):
        ip = ctx.packet(iphdr, offset)
        if not ip:
            return 2
        seen[1] = ntohl(ip.saddr)
        transport = ip.protocol
        offset += ip.ihl * 4
    elif protocol == htons(ETH_P_IPV6):
        ip6 = ctx.packet(ipv6hdr, offset)
        if not ip6:
            return 2
        seen[4] = ntohl(ip6.daddr.s6_addr32[3])
        transport = ip6.nexthdr
        offset += 40
    else:
        return 1
    if transport == IPPROTO_TCP:
        tcp = ctx.packet(tcphdr, offset)
        if not tcp:
            return 3
        seen[2] = tcp.flags
        return ntohs(tcp.dest)
    if transport == IPPROTO_UDP:
        if udp := ctx.packet(udphdr, offset):
            return ntohs(udp.dest)
        return 3
    return 4


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
