"""Conditions with two lookups, joined by `and` and `or`."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, HashMap


@bpf
@bpfglobal
def KEY() -> c_uint32:
    return c_uint32(1)


@bpf
@map
def allowed() -> Array:
    return Array(value=c_uint64, max_entries=4)


@bpf
@map
def limits() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=64)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    a = allowed.lookup(KEY)
    b = limits.lookup(KEY)
    if a and b and a[0] < b[0]:
        return 1
    if (a and a[0] > 5) or not b:
        return 2
    return 3


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
