# expect: loads
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, CgroupArray


@bpf
@map
def groups() -> CgroupArray:
    return CgroupArray(max_entries=2)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("tracepoint/syscalls/sys_enter_getpid")
def prog(ctx: c_void_p) -> c_int64:
    """Whether a task or a packet belongs to a control group."""
    out[0] = groups.current_task_under(0)
    return 0


@bpf
@section("tc")
def packets(ctx: c_void_p) -> c_int64:
    return 0 if groups.skb_under(ctx, 1) == 1 else 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
