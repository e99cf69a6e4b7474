# kernel: 5.13
# run: prog(data=64) == 2
# events: ring == [{"a": 1, "b": 10}, {"a": 0, "b": 10}]
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
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    counts[1] = 10
    for key, value in counts.items():
        with ring.reserve(Pair) as e:
            e.a = key
            e.b = value
        copy = Pair(0, value)
        ring.output(copy)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
