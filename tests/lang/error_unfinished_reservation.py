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
    e = ring.reserve(Pair)
    if not e:
        return 0
    e.a = 1
    if e.b:
        return 1  # error: [unfinished-reservation]
    e.submit()
    f = ring.reserve(Pair)
    f = ring.reserve(Pair)  # error: [unfinished-reservation]
    if f:
        f.submit()
    for i in range(3):
        g = ring.reserve(Pair)
        if not g:
            continue
        if i == 1:
            continue  # error: [unfinished-reservation]
        g.discard()
    ring.reserve(Pair)  # error: [unfinished-reservation]
    h = ring.reserve(Pair)
    if h and i:
        h.submit()
    return 0  # error: [unfinished-reservation]


@bpf
@section("xdp")
def at_end(ctx: c_void_p) -> c_int64:
    e = ring.reserve(Pair)
    if e:  # error: [unfinished-reservation]
        e.a = 1


@bpf
@section("xdp")
def failing(ctx: c_void_p) -> c_int64:
    e = ring.reserve(Pair)
    if e:
        assert e.a == 0  # error: [unfinished-reservation]
        e.submit()
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
