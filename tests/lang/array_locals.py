# run: prog(data=64) == 6
# map: out[0] == 8
# map: out[1] == 60
# map: out[2] == 0
# map: out[3] == 255
# map: out[4] == 30
# map: out[5] == 12
from ctypes import c_int64, c_uint8, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


Words = c_uint32 * 8
SIZE = 3


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    words = Words()
    out[0] = len(words)
    few = (c_uint32 * SIZE)(10, 20, 30)
    out[1] = few[0] + few[1] + few[2]
    out[2] = words[7]
    bytes: c_uint8 * 16
    bytes[15] = -1
    out[3] = bytes[15]
    other = few
    few[2] = 5
    out[4] = other[2]
    other = few
    few = (c_uint32 * 3)()
    other[0] += 2
    out[5] = other[0] + few[2]
    few = (c_uint32 * 3)(1, 5)
    return few[0] + few[1] + few[2]

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
