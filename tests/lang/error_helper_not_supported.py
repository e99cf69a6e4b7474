from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import trace_printk


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    trace_printk("text", 5)  # error: [helper-not-supported]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
