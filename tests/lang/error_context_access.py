"""Fields that a context does not have, or that the program may not use so."""
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section
from vmlinux import struct___sk_buff


@bpf
def of_whom(ctx: c_void_p) -> c_uint32:
    return ctx.len  # error: [unknown-field]


@bpf
@section("tc")
def traffic(ctx: c_void_p) -> c_int64:
    ctx.ifindex = 3  # error: [context-access]
    if ctx.family == 2:  # error: [context-access]
        return 1
    ctx.cb[1] = ctx.cb[5]  # error: [out-of-bounds]
    for i in range(3):
        ctx.cb[i] = 2  # error: [constant-required]
    return ctx.ingres_ifindex  # error: [unknown-field]


@bpf
@section("xdp")
def packets(ctx: c_void_p) -> c_int64:
    ctx.rx_queue_index = 1  # error: [context-access]
    if ctx.egress_ifindex:  # error: [context-access]
        return 0
    return ctx.mark  # error: [unknown-field]


@bpf
@section("xdp")
def mistaken(ctx: struct___sk_buff) -> c_int64:  # error: [bad-signature]
    return 2


@bpf
@section("cgroup/connect6")
def sixth(ctx: c_void_p) -> c_int64:
    return ctx.user_ip4 == 0  # error: [context-access]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
