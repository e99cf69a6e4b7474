"""Bits of headers that have a name are read and written by it."""
# run: prog(data=64) == 100
from ctypes import c_int64, c_void_p, sizeof

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.net import in6_addr, iphdr, ipv6hdr, tcphdr


@bpf
@section("tc")
def prog(ctx: c_void_p) -> c_int64:
    n = 0
    ip = iphdr(ihl_version=0x45)
    if ip.ihl == 5 and ip.version == 4:
        n += 1
    ip.ihl = 15
    ip.version = ctx.len
    if ip.ihl_version == 0x0F:
        n += 2
    tcp = tcphdr()
    tcp.syn = 1
    tcp.doff = 5
    tcp.ack = ctx.len > 3
    if tcp.flags == 0x12 and tcp.res1_doff == 0x50 and tcp.syn and not tcp.fin:
        n += 1
    tcp.syn = 0
    if tcp.flags == 0x10:
        n += 4
    return n + sizeof(iphdr) + sizeof(tcphdr) + sizeof(ipv6hdr) + sizeof(in6_addr) - 4


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
