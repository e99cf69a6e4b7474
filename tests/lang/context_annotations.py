"""A context may be named by its kernel type, and functions look into it."""
# run: prog(data=80) == 80
# run: other(data=64) == 1
from ctypes import POINTER, c_int64, c_uint32

from pythonbpf import bpf, bpfglobal, section
from vmlinux import struct___sk_buff, struct_xdp_md, xdp_md


@bpf
def length(ctx: struct___sk_buff) -> c_uint32:
    return ctx.len


@bpf
def interface(ctx: xdp_md) -> c_uint32:
    return ctx.ingress_ifindex


@bpf
@section("tc")
def prog(ctx: struct___sk_buff) -> c_int64:
    return length(ctx)


@bpf
@section("xdp")
def other(ctx: POINTER(struct_xdp_md)) -> c_int64:
    return interface(ctx)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
