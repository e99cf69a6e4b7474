"""Pointers into the packet that the program compares with its end itself."""
# run: ports(data=0x02000000000102000000000208004500002800010000400600000a0000010a000002303900500000000100000000501200000000000001020304) == 12345
# run: ports(data=0x02000000000102000000000208004500002800) == 1
# run: length(data=70) == 70
# run: sums(data=0x020000000001020000000002080001020304050607080900000000000000) == 45
# run: other_way(data=0x02000000000102000000000208004500002800010000000000000000000000000000000000000000) == 69
# run: marks(data=64) == 3
from ctypes import POINTER, c_int64, c_uint8, c_void_p, cast

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import XDP_DROP, xdp_adjust_meta
from pythonbpf.net import ethhdr, htons, iphdr, ntohs, tcphdr


@bpf
@section("xdp")
def ports(ctx: c_void_p) -> c_int64:
    data = ctx.data
    data_end = ctx.data_end
    if data + 34 > data_end:
        return XDP_DROP
    eth = ethhdr(data)
    if eth.h_proto != htons(0x0800):
        return 0
    ip = cast(data + 14, POINTER(iphdr))
    header = data + 14 + ip.ihl * 4
    if data_end < header + 20:
        return 2
    return ntohs(tcphdr(header).source)


@bpf
@section("xdp")
def length(ctx: c_void_p) -> c_int64:
    return ctx.data_end - ctx.data


@bpf
@section("xdp")
def sums(ctx: c_void_p) -> c_int64:
    total = 0
    data_end = ctx.data_end
    at = ctx.data + 14
    for _ in range(64):
        if at + 1 > data_end:
            break
        total += cast(at, POINTER(c_uint8))[0]
        at += 1
    return total


@bpf
@section("tc")
def other_way(ctx: c_void_p) -> c_int64:
    data = ctx.data
    end = ctx.data_end
    if data + 15 <= end and data + 16 <= end:
        first = cast(data + 14, POINTER(c_uint8))
        return first[0]
    return 0


@bpf
@section("xdp")
def marks(ctx: c_void_p) -> c_int64:
    if xdp_adjust_meta(ctx, -4) < 0:
        return 0
    meta = ctx.data_meta
    data = ctx.data
    if meta + 4 > data:
        return 0
    four = cast(meta, POINTER(c_uint8 * 4))
    four[0] = 1
    four[3] = 2
    return four[0] + four[3]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
