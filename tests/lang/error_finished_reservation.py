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
    e.submit()
    e.a = 1  # error: [finished-reservation]
    f = ring.reserve(Pair)
    if f:
        f.submit()
        f.submit()  # error: [finished-reservation]
    g = ring.reserve(Pair)
    if not g:
        return 0
    if g.a:
        ring.discard(g)
    g.submit()  # error: [finished-reservation]
    h = ring.reserve(Pair)
    if not h:
        return 0
    for i in range(3):
        h.submit()  # error: [finished-reservation]
    with ring.reserve(Pair) as k:
        k.a = 1
    return k.a  # error: [finished-reservation]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
