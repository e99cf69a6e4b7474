"""Arguments that a program does not have, registers and fields likewise."""
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("kretprobe/do_exit")
def two(ctx: c_void_p, ret: c_uint64, more: c_uint64) -> c_int64:  # error: [bad-signature]
    return 0


@bpf
@section("xdp")
def none(ctx: c_void_p, first: c_uint64) -> c_int64:  # error: [bad-signature]
    return 2


@bpf
@section("kprobe/no_such_function")
def unknown(ctx: c_void_p, first) -> c_int64:  # error: [missing-annotation]
    return 0


@bpf
@section("kprobe/do_exit")
def registers(ctx: c_void_p) -> c_int64:
    return ctx.dii  # error: [unknown-field]


@bpf
@section("tracepoint/syscalls/sys_enter_openat")
def fields(ctx: c_void_p) -> c_int64:
    if ctx.filenam:  # error: [unknown-field]
        return 1
    ctx.flags = 3  # error: [context-access]
    return ctx.ret  # error: [unknown-field]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
