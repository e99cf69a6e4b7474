"""Memory of user space is read, by what is known of it, and not written."""
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    ctx.argv[0] = 0  # error: [kernel-memory-written]
    return ctx.argv[1]["x"]  # error: [type-mismatch]


@bpf
@section("tracepoint/syscalls/sys_enter_connect")
def fields(ctx: c_void_p) -> c_int64:
    ctx.uservaddr.sa_family = 2  # error: [kernel-memory-written]
    return ctx.uservaddr.sa_famly  # error: [unknown-field]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
