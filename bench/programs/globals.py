"""The guide's custom globals, read in a program."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import uid
from pythonbpf.maps import HashMap


@bpf
@bpfglobal
def DEBUG_MODE() -> int:
    return 1


@bpf
@bpfglobal
def MAX_EVENTS() -> int:
    return 1000


@bpf
@map
def counters() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=256)


@bpf
@section("tracepoint/syscalls/sys_enter_openat")
def trace_open(ctx: c_void_p) -> c_int64:
    user = uid()
    seen = counters.lookup(user)
    if not seen:
        counters.update(user, 1)
        return 0
    if seen < MAX_EVENTS:
        counters.update(user, seen + 1)
    elif DEBUG_MODE:
        print("enough")
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"

