from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

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
def other() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=c_uint32, value=Pair, max_entries=8)


@bpf
def send(e: Pair) -> None:
    ring.submit(e)  # error: [map-operation]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    e = ring.reserve(Pair)
    ring.submit(e)  # error: [null-pointer]
    f = ring.reserve(Pair)
    if not f:
        return 0
    other.submit(f)  # error: [map-operation]
    g = ring.reserve(Pair)
    if not g:
        return 0
    copy = g  # error: [type-mismatch]
    h = ring.reserve(Pair)
    if not h:
        return 0
    h = 5  # error: [type-mismatch]
    p = Pair()
    ring.submit(p)  # error: [map-operation]
    k = ring.reserve(Pair, 1)  # error: [out-of-range]
    m = ring.reserve(c_uint8 * 5000)  # error: [out-of-range]
    n = ring.reserve()  # error: [wrong-arguments]
    with p as q:  # error: [unsupported-statement]
        pass
    with ring.reserve(Pair):  # error: [unfinished-reservation]
        pass
    pairs.reserve(Pair)  # error: [map-operation]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
