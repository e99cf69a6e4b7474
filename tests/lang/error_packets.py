"""The packet is not read where it may have ended, or after it has moved."""
from ctypes import POINTER, c_int64, c_uint8, c_uint64, c_void_p, cast

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import ktime, skb_pull_data, xdp_adjust_head
from pythonbpf.net import ethhdr, iphdr


@bpf
def moves(ctx: c_void_p) -> c_int64:
    return skb_pull_data(ctx, 64)


@bpf
@section("tc")
def pulled(ctx: c_void_p) -> c_int64:
    ip = ctx.packet(iphdr, 14)
    if not ip:
        return 0
    moves(ctx)
    return ip.ttl  # error: [stale-packet]


@bpf
@section("xdp")
def unchecked(ctx: c_void_p) -> c_int64:
    eth = ctx.packet(ethhdr, 0)
    a = eth.h_proto  # error: [unchecked-packet]
    data = ctx.data
    end = ctx.data_end
    b = ethhdr(data).h_proto  # error: [unchecked-packet]
    if data + 20 > end:
        return 0
    c = iphdr(data + 14).ttl  # error: [unchecked-packet]
    d = ethhdr(ctx.data).h_proto  # error: [unchecked-packet]
    return 2


@bpf
@section("xdp")
def moved(ctx: c_void_p) -> c_int64:
    data = ctx.data
    if data + 14 > ctx.data_end:
        return 0
    eth = ethhdr(data)
    xdp_adjust_head(ctx, 4)
    if eth.h_dest[0]:  # error: [stale-packet]
        return 1
    return 2


@bpf
@section("xdp")
def moved_by_a_turn(ctx: c_void_p) -> c_int64:
    eth = ctx.packet(ethhdr, 0)
    if not eth:
        return 0
    for _ in range(3):
        if eth.h_dest[0]:  # error: [stale-packet]
            xdp_adjust_head(ctx, 4)
    return 2


@bpf
@section("xdp")
def far(ctx: c_void_p) -> c_int64:
    if ctx.packet(ethhdr, 70000):  # error: [out-of-bounds]
        return 0
    data = ctx.data
    n = c_uint64(ktime())
    p = data + n  # error: [out-of-bounds]
    if data > 14:  # error: [type-mismatch]
        return 1
    q = data * 2  # error: [type-mismatch]
    return 2


@bpf
@section("cgroup_skb/ingress")
def written(ctx: c_void_p) -> c_int64:
    ip = ctx.packet(iphdr, 0)
    if ip:
        ip.ttl = 3  # error: [context-access]
    return 1


@bpf
@section("socket")
def without(ctx: c_void_p) -> c_int64:
    if ctx.packet(ethhdr, 0):  # error: [context-access]
        return 0
    return ctx.data  # error: [context-access]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
