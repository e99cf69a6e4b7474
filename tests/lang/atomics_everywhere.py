# run: prog(data=64) == 2
# map: counts[1] == 4
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import atomic_add, atomic_sub
from pythonbpf.maps import HashMap


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    counts[1] = 2
    v = counts.lookup(1)
    if v:
        atomic_add(v, 5)
        atomic_sub(v, 3)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
