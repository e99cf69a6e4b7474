# Tests of headers in every place where they are asked for, and none of them lost.
# run: joined(data=0x000102030405060708090a0b0800450000280000000040060000c0a80001c0a80002005001bb0000000000000000500220000000000000) == 3
# run: joined(data=0x000102030405060708090a0b0800450000280000000040060000) == 2
# run: joined(data=64) == 1
# run: later(data=0x000102030405060708090a0b0800450000280000000040060000c0a80001c0a80002005001bb0000000000000000500220000000000000) == 69
# run: later(data=14) == 1
# run: kept(data=0x000102030405060708090a0b080045000028000000004006) == 8
# run: kept(data=64) == 0
# run: turns(data=0x000102030405060708090a0b0c0d0e0f1011) == 153
# run: options(data=0x000102030405060708090a0b080046000028000000004006000000000000000000000101010100500102) == 258
# run: options(data=0x000102030405060708090a0b08004f000028000000004006000000000000000000000101010100500102) == 1
# run: tagged(data=0x000102030405060708090a0b81000005810000070800450000280000000040060000c0a80001c0a80002) == 5
# run: tagged(data=0x000102030405060708090a0b0800450000280000000040060000c0a80001c0a80002) == 0
# run: echo(data=0x000102030405060708090a0b080045000028000000004001000000000000000000000800000000010203) == 1
# run: echo(data=0x000102030405060708090a0b080045000028000000004001000000000000000000000000000000010203) == 2
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.net import ETH_P_8021Q, ETH_P_IP, be16, ethhdr, htons, icmphdr, iphdr, ntohs, tcphdr


@bpf
@struct
class Tag:
    tci: be16
    proto: be16


@bpf
@section("xdp")
def joined(ctx: c_void_p) -> c_int64:
    eth = ctx.packet(ethhdr)
    ip = ctx.packet(iphdr, 14)
    tcp = ctx.packet(tcphdr, 34)
    if not eth or eth.h_proto != htons(ETH_P_IP):
        return 1
    if not ip or not tcp:
        return 2
    return 3 if tcp.dest == htons(443) and ip.ihl == 5 else 4


@bpf
@section("xdp")
def later(ctx: c_void_p) -> c_int64:
    ip = ctx.packet(iphdr, 14)
    first = ctx.packet(c_uint8, 14)
    if first and ip and ip.version == 4:
        return first[0]
    if ip:
        return 2
    return 1


@bpf
@section("xdp")
def kept(ctx: c_void_p) -> c_int64:
    total: c_uint64 = 0
    proto = ctx.packet(be16, 12)
    if proto:
        total += proto[0] == htons(ETH_P_IP)
    if proto and total:
        return 7 + total
    return 0


@bpf
@section("xdp")
def turns(ctx: c_void_p) -> c_int64:
    total: c_uint64 = 0
    for i in range(64):
        byte = ctx.packet(c_uint8, i)
        if not byte:
            break
        total += byte[0]
    return total


@bpf
@section("xdp")
def options(ctx: c_void_p) -> c_int64:
    ip = ctx.packet(iphdr, 14)
    if not ip or ip.ihl < 5:
        return 0
    port = ctx.packet(be16, 14 + ip.ihl * 4 + 2)
    if not port:
        return 1
    return ntohs(port[0])


@bpf
@section("xdp")
def tagged(ctx: c_void_p) -> c_int64:
    eth = ctx.packet(ethhdr)
    if not eth:
        return 3
    proto = eth.h_proto
    offset = 14
    outer: c_uint32 = 0
    for depth in range(2):
        if proto != htons(ETH_P_8021Q):
            break
        tag = ctx.packet(Tag, offset)
        if not tag:
            return 4
        if depth == 0:
            outer = ntohs(tag.tci) & 0xFFF
        proto = tag.proto
        offset += 4
    ip = ctx.packet(iphdr, offset)
    if not ip or ip.version != 4:
        return 1
    return outer


@bpf
@section("xdp")
def echo(ctx: c_void_p) -> c_int64:
    if (ip := ctx.packet(iphdr, 14)) and ip.protocol == 1:
        icmp = ctx.packet(icmphdr, 14 + ip.ihl * 4)
        if icmp and icmp.type == 8:
            return 1
        return 2 if icmp else 3
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
