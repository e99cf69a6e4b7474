"""Headers that are looked at together, and one that is used where another ends."""
# run: prog(data=0x02000000000102000000000208004500000000000000001100000a0900010a09006413880007000800000000) == 5000
# run: prog(data=0x02000000000102000000000208004500000000000000000600000a0900010a09006413880007000800000000) == 0
# run: prog(data=0x02000000000102000000000208004500000000000000001100000a0900010a090064) == 0
# run: far(data=0x02000000000102000000000208004500000000000000001100000a0900010a09006413880007000800000000) == 17
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array
from pythonbpf.net import ETH_P_IP, IPPROTO_UDP, ethhdr, htons, iphdr, ntohs, udphdr


@bpf
@map
def sent() -> Array:
    return Array(value=c_uint64, max_entries=4)


@bpf
@section("tc")
def prog(ctx: c_void_p) -> c_int64:
    eth = ctx.packet(ethhdr, 0)
    ip = ctx.packet(iphdr, 14)
    udp = ctx.packet(udphdr, 34)
    if not eth or not ip or not udp or eth.h_proto != htons(ETH_P_IP):
        return 0
    if ip.protocol != IPPROTO_UDP or ip.ihl != 5:
        return 0
    sent[c_uint32(ip.daddr) & 3] += 1
    return ntohs(udp.source)


@bpf
@section("tc")
def far(ctx: c_void_p) -> c_int64:
    ip = ctx.packet(iphdr, 14)
    udp = ctx.packet(udphdr, 34)
    tail = ctx.packet(udphdr, 400)
    if tail or not udp:
        return 0
    return ip.protocol if ip else 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
