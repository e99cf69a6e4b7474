# guide: [Simple Tracepoint]
# expect: loads
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tracepoint/syscalls/sys_enter_open")
def trace_open(ctx: c_void_p) -> c_int64:
    return c_int64(0)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
