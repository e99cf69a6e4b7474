# run: prog(data=64) == 2
# map: out[0] == 15
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    words = (c_uint32 * 6)()
    i = 0
    while i < 6:
        words[i] = i
        i += 1
    total = 0
    i = 0
    while True:
        if i >= 6:
            break
        total += words[i]
        i += 1
    out[0] = total
    return 2

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
