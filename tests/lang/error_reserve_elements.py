from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Point:
    x: c_uint32


@bpf
@struct
class Event:
    points: Point * 3


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def later(ctx: c_void_p) -> c_int64:
    e = ring.reserve(Event)
    if not e:
        return 0
    for p in e.points:
        p.x = 5
    ring.submit(e)
    p.x = 6  # error: [finished-reservation]
    return 0


@bpf
@section("xdp")
def part(ctx: c_void_p) -> c_int64:
    e = ring.reserve(Event)
    if not e:
        return 0
    for p in e.points:
        p.submit()  # error: [map-operation]
    ring.submit(e)
    return 0


@bpf
@section("xdp")
def nothing(ctx: c_void_p) -> c_int64:
    v = None  # error: [type-mismatch]
    v = 5
    return v


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
