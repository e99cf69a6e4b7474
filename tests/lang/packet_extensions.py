# Extension headers of IPv6, one behind the other, and a packet that is moved.
# run: walk(data=0x000102030405060708090a0b86dd600000000000004000000000000000000000000000000001000000000000000000000000000000023c00000000000000060100000000000000000000000000000050005101020304) == 6
# run: walk(data=0x000102030405060708090a0b86dd60000000000011400000000000000000000000000000000100000000000000000000000000000002) == 17
# run: walk(data=40) == 0
# run: moved(data=0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f) == 5
# run: shorter(data=64) == 60
# run: meta(data=64) == 4
from ctypes import c_int64, c_uint8, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.helper import xdp_adjust_head, xdp_adjust_meta, xdp_adjust_tail
from pythonbpf.net import ETH_P_IPV6, ethhdr, htons, ipv6hdr


@bpf
@struct
class Extension:
    next: c_uint8
    length: c_uint8


@bpf
def is_extension(kind: c_uint32) -> c_int64:
    return kind in (0, 43, 60)


@bpf
@section("xdp")
def walk(ctx: c_void_p) -> c_int64:
    eth = ctx.packet(ethhdr)
    if not eth or eth.h_proto != htons(ETH_P_IPV6):
        return 0
    ip = ctx.packet(ipv6hdr, 14)
    if not ip:
        return 0
    kind: c_uint32 = ip.nexthdr
    offset: c_uint32 = 54
    for _ in range(6):
        if not is_extension(kind):
            return kind
        header = ctx.packet(Extension, offset)
        if not header:
            return 0
        kind = header.next
        offset += 8 + header.length * 8
    return 4


@bpf
@section("xdp")
def moved(ctx: c_void_p) -> c_int64:
    first = ctx.packet(c_uint8, 4)
    if not first:
        return 0
    before = first[0]
    if xdp_adjust_head(ctx, 4):
        return 0
    again = ctx.packet(c_uint8, 1)
    if not again or before != 4:
        return 0
    return again[0]


@bpf
@section("xdp")
def shorter(ctx: c_void_p) -> c_int64:
    if not ctx.packet(c_uint8, 63):
        return 0
    if xdp_adjust_tail(ctx, -4):
        return 1
    if ctx.packet(c_uint8, 60):
        return 2
    return ctx.data_end - ctx.data


@bpf
@section("xdp")
def meta(ctx: c_void_p) -> c_int64:
    if xdp_adjust_meta(ctx, -4):
        return 4
    data = ctx.data
    note = ctx.data_meta
    if note + 4 > data:
        return 1
    return 4


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
