# kernel: 5.13
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
    for a, b, c in counts.items():  # error: [unsupported-statement]
        pass
    for a in counts.items():  # error: [unsupported-statement]
        pass
    for a, b in counts:  # error: [unsupported-statement]
        pass
    for a in ring:  # error: [map-operation]
        pass
    for a in counts.keys(1):  # error: [wrong-arguments]
        pass
    e = ring.reserve(Pair)
    if not e:
        return 0
    for value in counts.values():  # error: [unfinished-reservation]
        e.a += 1
    e.submit()
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
