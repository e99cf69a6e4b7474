# guide: [Map Definition]
# run: prog(data=64) == 2
# map: counters[9] == 1
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def counters() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=256)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    counters.update(9, 1)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
