# run: prog(data=64) == 3
# events: ring == [{"a": 3, "b": 0}]
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
    for i in range(10):
        e = ring.reserve(Pair)
        if not e:
            return 0
        if i == 3:
            break
        e.discard()
    else:
        return 1
    e.a = i
    ring.submit(e)
    return i


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
