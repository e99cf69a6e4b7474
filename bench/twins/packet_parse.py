"""Ethernet, IPv4 with options and TCP, and the source looked up among prefixes."""

from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import BPF_F_NO_PREALLOC, XDP_DROP, XDP_PASS
from pythonbpf.maps import LpmTrie, PerCPUArray
from pythonbpf.net import ETH_P_IP, be32, ethhdr, htons, iphdr, tcphdr


@bpf
@struct
class Prefix:
    bits: c_uint32
    address: be32


@bpf
@map
def blocked() -> LpmTrie:
    return LpmTrie(key=Prefix, value=c_uint32, max_entries=1024, flags=BPF_F_NO_PREALLOC)


@bpf
@map
def packets() -> PerCPUArray:
    return PerCPUArray(value=c_uint64, max_entries=8)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    eth = ctx.packet(ethhdr)
    if not eth or eth.h_proto != htons(ETH_P_IP):
        return XDP_PASS
    ip = ctx.packet(iphdr, 14)
    if not ip or ip.version != 4 or ip.protocol != 6:
        return XDP_PASS
    tcp = ctx.packet(tcphdr, 14 + ip.ihl * 4)
    if not tcp:
        return XDP_PASS
    if tcp.dest != htons(443):
        return XDP_PASS
    rule = blocked.lookup(Prefix(bits=32, address=ip.saddr))
    if not rule:
        return XDP_PASS
    count = packets.lookup(rule[0])
    if count:
        count[0] += 1
    return XDP_DROP


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
