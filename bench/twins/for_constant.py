"""A loop over a constant range, with a lookup in each turn."""

from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def table() -> Array:
    return Array(value=c_uint64, max_entries=8)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    total = 0
    for i in range(8):
        value = table.lookup(i)
        if value:
            value[0] += i
            total += value[0]
    return total


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
