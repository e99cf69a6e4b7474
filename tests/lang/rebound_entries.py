# run: prog(data=64) == 2
# map: counts[1] == 5
# map: counts[2] == 9
# map: out[0] == 8
# map: out[1] == 16
# map: out[2] == 5
# map: out[3] == 3
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, HashMap


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    counts[1] = 5
    v = counts.lookup(1)
    if not v:
        return 0
    v += 3  # warning: [rebound-entry]
    out[0] = v
    v *= 2
    out[1] = v
    counts.update(2, 9)
    v = counts.lookup(1)
    if v:
        out[2] = v
    for i in range(3):
        each = counts.lookup(1)
        if each:
            each -= 2  # warning: [rebound-entry]
            out[3] = each
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
