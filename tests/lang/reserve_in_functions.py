# run: prog(data=64) == 2
# map: by_pair[{"a": 3, "b": 4}] == 5
# map: pairs[1] == {"a": 3, "b": 4}
# events: ring == [{"a": 3, "b": 4}]
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap, RingBuffer


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
@map
def by_pair() -> HashMap:
    return HashMap(key=Pair, value=c_uint64, max_entries=8)


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=c_uint32, value=Pair, max_entries=8)


@bpf
def fill(e: Pair, a: c_uint32) -> None:
    e.a = a
    e.b = a + 1


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    e = ring.reserve(Pair)
    if not e:
        return 0
    fill(e, 3)
    by_pair[e] = 5
    pairs[1] = e
    e.submit()
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
