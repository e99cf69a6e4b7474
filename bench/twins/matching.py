"""`match` against `switch`, with calls in its cases."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import ktime, pid, uid
from pythonbpf.maps import Array


@bpf
@bpfglobal
def KIND() -> c_uint32:
    return c_uint32(6)


@bpf
@map
def counts() -> Array:
    return Array(value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    match KIND:
        case 0:
            return ktime() & 1
        case 1 | 2:
            counts[1] = 7
        case 5 | 6 | 7:
            counts[2] = pid()
            return 4
        case 100:
            return uid() & 3
        case _:
            return 1
    return 3


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
