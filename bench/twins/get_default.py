"""A value of a map, or a default."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@bpfglobal
def KEY() -> c_uint32:
    return c_uint32(3)


@bpf
@map
def limits() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=64)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    limit = limits.get(KEY, 100)
    limits[KEY] = limit + 1
    return limit


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
