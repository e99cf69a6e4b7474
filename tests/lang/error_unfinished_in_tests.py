from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
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
    if random() > 5 and (e := ring.reserve(Pair)):
        return 1  # error: [unfinished-reservation]
    if random() > 5 and (f := ring.reserve(Pair)):
        f.submit()
    if (g := ring.reserve(Pair)) is None or random() > 7:
        return 1  # error: [unfinished-reservation]
    g.discard()
    if not (h := ring.reserve(Pair)) or not h.a:
        return 1  # error: [unfinished-reservation]
    h.submit()
    x = 5 if (k := ring.reserve(Pair)) else 6
    return x  # error: [unfinished-reservation]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
