# run: prog(data=64) == 2
# events: ring == [{"a": 1, "b": 0}]
# events: other == [{"a": 2, "b": 0}]
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
@map
def other() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    with ring.reserve(Pair) as x, other.reserve(Pair) as y:
        x.a = 1
        y.a = 2
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
