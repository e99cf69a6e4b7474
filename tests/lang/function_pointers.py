# run: prog(data=64) == 2
# map: out[0] == 12
# map: out[1] == 6
# A struct of ours is no type of `ctypes`, so Python must not look at the hints.
from __future__ import annotations

from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint64


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
def double(p: POINTER(Pair)) -> None:
    p.a *= 2


@bpf
def bump(n: POINTER(c_uint64), by: c_uint64 = 1) -> None:
    n[0] += by


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    p = Pair(6, 2)
    double(p)
    out[0] = p.a
    bump(p.b)
    bump(p.b, by=3)
    out[1] = p.b
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
