# run: prog(data=64) == 2
# map: out[0] == 5
# map: out[1] == 101
# map: out[2] == 3
# map: out[3] == 103
# map: out[4] == 7
"""What the file calls `len`, `print` or `min` is the file's own."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def print() -> Array:
    return Array(value=c_int64, max_entries=4)


@bpf
def len(x: c_int64) -> c_int64:
    return x + 100


@bpf
@bpfglobal
def chr() -> c_int64:
    return 7


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    print[0] = 5
    min = 3
    abs = len(min)
    ord = abs
    out[0] = print[0]
    out[1] = len(1)
    out[2] = min
    out[3] = ord
    out[4] = chr
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
