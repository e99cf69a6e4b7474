# run: prog(data=64) == 2
# events: ring == [{"a": 1, "b": 0}, {"a": 2, "b": 0}]
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint64


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    n = 3
    if n > 2 and (e := ring.reserve(Pair)):
        e.a = 1
        e.submit()
    if not (f := ring.reserve(Pair)):
        return 0
    f.a = 2
    f.submit()
    if n > 5 and (g := ring.reserve(Pair)):
        g.submit()
    elif n > 7 or not (h := ring.reserve(Pair)):
        return 1
    else:
        h.discard()
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
