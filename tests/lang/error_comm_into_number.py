"""A task's name is text and does not go into a number."""

from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.helper import comm


@bpf
@struct
class Event:
    number: c_uint32
    name: str(16)


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    event = Event()
    comm(event.name)
    comm(event.number)  # error: [type-mismatch]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
