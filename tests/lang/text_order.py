# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 0
# map: out[2] == 1
# map: out[3] == 0
# map: out[4] == 1
# map: out[5] == 1
# map: out[6] == 1
# map: out[7] == 1
# map: out[8] == 1
# map: out[9] == 1
# map: out[10] == 1
# map: out[11] == 0
# map: out[12] == 1
"""Texts sort byte by byte; one that another begins with comes first."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    a: str(8) = "abc"
    b: str(8) = "abd"
    c: str(4) = "abc"
    d: str(3) = "abc"
    e: str(8) = "abcd"
    z: str(8) = "é"
    out[0] = a < b
    out[1] = b < a
    out[2] = a <= c
    out[3] = a < c
    out[4] = d < e
    out[5] = e > d
    out[6] = a < "abca"
    out[7] = "abb" < a
    out[8] = a >= "abc"
    out[9] = z > "zzz"
    out[10] = "a" < "b"
    out[11] = "b" <= "a"
    out[12] = 1 if a < b < "b" else 0
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
