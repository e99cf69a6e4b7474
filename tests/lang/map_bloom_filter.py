# kernel: 5.16
# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 0
# map: out[2] == 1
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, BloomFilter


@bpf
@map
def seen() -> BloomFilter:
    return BloomFilter(value=c_uint64, max_entries=64, map_extra=3)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    """Bloom filters: what was added is in it."""
    seen.add(5)
    seen.push(6)
    out[0] = 5 in seen
    out[1] = 7 in seen
    out[2] = 6 in seen and 8 not in seen
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
