# run: prog(data=64) == 2
# map: out[0] == 3
# map: out[1] == 4
# map: out[2] == 0
# map: out[3] == 12
# map: out[4] == 103
# map: out[5] == 5
# map: pairs[1] == {"a": 8, "b": 9}
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint64


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=c_uint32, value=Pair, max_entries=8)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
def make(a: c_uint32, b: c_uint64) -> Pair:
    return Pair(a, b)


@bpf
def swapped(p: Pair) -> Pair:
    if p.a == p.b:
        return p
    other = Pair()
    other.a = p.b
    other.b = p.a
    return other


@bpf
def nothing() -> Pair:
    pass


@bpf
def name() -> str(8):
    return "greet"


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    p = make(4, 3)
    p = swapped(p)
    out[0] = p.a
    out[1] = p.b
    out[2] = nothing().a + nothing().b
    out[3] = make(5, 6).b + make(6, 7).a
    text = name()
    out[4] = text[0]
    out[5] = swapped(swapped(make(5, 1))).a
    pairs[1] = make(b=9, a=8)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
