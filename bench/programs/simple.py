"""The guide's first program: a line for each exec."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def trace_exec(ctx: c_void_p) -> c_int64:
    print("Process started")
    return c_int64(0)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"

