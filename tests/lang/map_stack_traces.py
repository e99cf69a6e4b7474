# expect: loads
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import BPF_F_USER_STACK
from pythonbpf.maps import HashMap, StackTrace


@bpf
@map
def stacks() -> StackTrace:
    return StackTrace(max_entries=64)


@bpf
@map
def shallow() -> StackTrace:
    return StackTrace(max_entries=64, depth=8)


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_int64, value=c_uint64, max_entries=64)


@bpf
@section("tracepoint/syscalls/sys_enter_getpid")
def prog(ctx: c_void_p) -> c_int64:
    """Stacks of the kernel and of user space, by number."""
    number = stacks.get_stackid(ctx)
    if number >= 0:
        seen[number] += 1
    user = shallow.get_stackid(ctx, flags=BPF_F_USER_STACK)
    if user >= 0:
        seen[user] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
