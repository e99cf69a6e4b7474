"""Stacks of one process's system calls, of the kernel and of user space."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import BPF_F_USER_STACK, pid
from pythonbpf.maps import HashMap, StackTrace


@bpf
@map
def kernel_stacks() -> StackTrace:
    return StackTrace(max_entries=256, depth=32)


@bpf
@map
def user_stacks() -> StackTrace:
    return StackTrace(max_entries=256, depth=32)


@bpf
@map
def kernel_counts() -> HashMap:
    return HashMap(key=c_int64, value=c_uint64, max_entries=256)


@bpf
@map
def user_counts() -> HashMap:
    return HashMap(key=c_int64, value=c_uint64, max_entries=256)


@bpf
@bpfglobal
def wanted() -> c_uint32:
    return c_uint32(0)


@bpf
@section("tracepoint/syscalls/sys_enter_getpgid")
def look(ctx: c_void_p) -> c_int64:
    if pid() != wanted:
        return 0
    print(f"own line of {pid()}")
    stack = kernel_stacks.get_stackid(ctx, 0)
    kernel_counts[stack] += 1
    stack = user_stacks.get_stackid(ctx, BPF_F_USER_STACK)
    user_counts[stack] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
