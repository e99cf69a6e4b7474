"""A function works on the struct of its caller."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint64


@bpf
@bpfglobal
def BY() -> c_uint32:
    return c_uint32(4)


@bpf
@map
def pairs() -> Array:
    return Array(value=Pair, max_entries=1)


@bpf
def bump(p: Pair, by: c_uint32) -> c_uint64:
    p.a += by
    p.b += p.a
    return p.a + p.b


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    pair = pairs.lookup(0)
    if not pair:
        return 0
    local = Pair(1, 2)
    return bump(pair, BY) + bump(local, 3) + bump(local, BY)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
