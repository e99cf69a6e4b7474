"""Atomic operations whose old value is used."""

from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import atomic_add, atomic_cmpxchg, atomic_or, atomic_xchg
from pythonbpf.maps import Array


@bpf
@bpfglobal
def total() -> c_uint64:
    return c_uint64(7)


@bpf
@map
def counts() -> Array:
    return Array(value=c_uint64, max_entries=2)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    global total
    count = counts.lookup(1)
    if not count:
        return 0
    old = atomic_add(count, 5)
    old += atomic_or(total, 16)
    old += atomic_xchg(count, 9)
    return old + atomic_cmpxchg(count, 9, 2)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
