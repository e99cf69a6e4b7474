# kernel: 5.13
# run: prog(data=64) == 33
# map: counts[2] == 0
from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import for_each_map_elem
from pythonbpf.maps import HashMap


@bpf
@struct
class Sum:
    total: c_uint64


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
def add(m: c_void_p, key: POINTER(c_uint32), value: POINTER(c_uint64), s: Sum) -> c_int64:
    s.total += key[0] + value[0]
    value[0] = 0
    return 0


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    counts[1] = 10
    counts[2] = 20
    s = Sum()
    for_each_map_elem(counts, add, s, 0)
    return s.total


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
