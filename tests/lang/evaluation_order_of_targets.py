# run: prog(data=64) == 2
# map: out[0] == 21
# map: out[1] == 2
# map: out[2] == 0
"""An assignment computes its value first and then the key."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def trail() -> Array:
    return Array(value=c_int64, max_entries=4)


@bpf
def step(digit: c_int64) -> c_int64:
    trail[0] = trail[0] * 10 + digit
    return digit


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    trail[0] = 0
    trail[step(1)] = step(2)
    first = trail[0]
    trail[0] = 0
    trail[step(3)] = trail[0]
    second = trail[3]
    out[0] = first
    out[1] = trail[1]
    out[2] = second
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
