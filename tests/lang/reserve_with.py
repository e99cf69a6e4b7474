# run: prog(data=64) == 2
# run: early(data=64) == 11
# run: odd(data=64) == 3
# events: ring == [{"a": 1, "b": 2}, {"a": 11, "b": 0}, {"a": 1, "b": 0}, {"a": 3, "b": 0}, {"a": 5, "b": 0}]
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
    with ring.reserve(Pair) as e:
        e.a = 1
        e.b = 2
    with ring.reserve(Pair) as dropped:
        dropped.a = 9
        dropped.discard()
    with ring.reserve(Pair) as other:
        other.a = 10
        if other.a > 9:
            ring.discard(other)
    return 2


@bpf
@section("xdp")
def early(ctx: c_void_p) -> c_int64:
    with ring.reserve(Pair) as e:
        e.a = 11
        return e.a
    return 0


@bpf
@section("xdp")
def odd(ctx: c_void_p) -> c_int64:
    sent = 0
    for i in range(10):
        with ring.reserve(Pair) as e:
            e.a = i
            if i % 2 == 0:
                e.discard()
                continue
            sent += 1
            if i == 5:
                break
    return sent


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
