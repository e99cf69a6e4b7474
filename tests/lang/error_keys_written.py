"""The address of a key that the kernel passes is read, not written through."""
# kernel: 5.13
from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import for_each_map_elem
from pythonbpf.maps import HashMap


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
def one(m: c_void_p, key: POINTER(c_uint32), value: POINTER(c_uint64)) -> c_int64:
    again = key
    again[0] += 1  # error: [kernel-memory-written]
    return changes(key)


@bpf
def changes(number: POINTER(c_uint32)) -> c_int64:
    number[0] = 1  # error: [kernel-memory-written]
    return 0


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    for_each_map_elem(seen, one, None, 0)
    return 0


@bpf
@section("iter/bpf_map_elem")
def keys(ctx: c_void_p, meta, map, key: POINTER(c_uint32), value: POINTER(c_uint64)) -> c_int64:
    if key:
        key[0] = 1  # error: [kernel-memory-written]
    return 0


@bpf
@section("iter/bpf_map_elem")
def values(ctx: c_void_p, meta, map, key: POINTER(c_uint32), value: POINTER(c_uint64)) -> c_int64:
    if value:
        value[0] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
