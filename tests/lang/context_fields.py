"""Fields of the context by name, as far as the hook has them."""
# run: traffic(data=64) == 69
# run: tc_cb(data=64) == 12
# run: whole(data=64) == 14
# run: packets(data=64) == 1
# run: filter(data=0xffffffffffff000000000000080045000020000000004011000001020304010203040001000200180000aabbccdd) == 32
# map: seen[1] == 2048
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap
from pythonbpf.net import htons, ntohs


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("tc")
def traffic(ctx: c_void_p) -> c_int64:
    if ctx.len > 20:
        ctx.mark = 5
    ctx.priority += 1
    return ctx.len + ctx.mark


@bpf
@section("tc")
def tc_cb(ctx: c_void_p) -> c_int64:
    ctx.cb[0] = 3
    ctx.cb[4] = 7
    ctx.cb[0] += 2
    return ctx.cb[0] + ctx.cb[4] + ctx.cb[2]


@bpf
@section("tc")
def whole(ctx: c_void_p) -> c_int64:
    ctx.cb[1] = 4
    ctx.cb[3] = 5
    kept = ctx.cb
    return kept[1] + kept[3] + len(kept) if 5 in kept else 0


@bpf
@section("xdp")
def packets(ctx: c_void_p) -> c_int64:
    return ctx.ingress_ifindex + ctx.rx_queue_index


@bpf
@section("socket")
def filter(ctx: c_void_p) -> c_int64:
    seen[1] = ntohs(ctx.protocol)
    if ctx.protocol == htons(0x0800):
        return ctx.len
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
