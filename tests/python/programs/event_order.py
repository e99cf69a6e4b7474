"""Events that are filled where they are sent from."""

from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import XDP_PASS, ktime
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@struct
class Point:
    a: c_uint32
    b: c_uint32


@bpf
@struct
class Event:
    at: Point
    found: c_uint64
    start: c_uint64
    took: c_int64


@bpf
@struct
class Dirt:
    bytes: c_uint8 * 64


@bpf
@map
def known() -> HashMap:
    return HashMap(key=Point, value=c_uint64, max_entries=16)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def spoil(ctx: c_void_p) -> c_int64:
    dirt = Dirt()
    for n in range(64):
        dirt.bytes[n] = 0xAA
    events.output(dirt)
    return XDP_PASS


@bpf
@section("xdp")
def timed(ctx: c_void_p) -> c_int64:
    e = Event()
    e.start = ktime()
    end = ktime()
    e.took = end - e.start
    events.output(e)
    return XDP_PASS


@bpf
@section("xdp")
def asked(ctx: c_void_p) -> c_int64:
    known[Point()] = 9
    e = Event()
    e.found = e.at in known
    e.at.a = 7
    e.at.b = 8
    events.output(e)
    return XDP_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
