"""An unsigned counter that goes down to 0 ends, and one that steps over it does not."""

# run: down(data=64) == 210
# run: widths(data=64) == 12

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@section("xdp")
def down(ctx: c_void_p) -> c_int64:
    left: c_uint64 = 20
    total = 0
    while left > 0:
        total += left
        left -= 1
    return total


@bpf
@section("xdp")
def widths(ctx: c_void_p) -> c_int64:
    a: c_uint8 = 5
    b = c_uint32(7)
    turns = 0
    while a:
        a -= 1
        turns += 1
    while b >= 1:
        b -= 1
        turns += 1
    return turns

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
