# Elements of an array in a record have names of their own while it is held.
# run: prog(data=64) == 1
# events: ring == [{"n": 6, "points": [{"x": 5, "y": 0}, {"x": 6, "y": 1}, {"x": 7, "y": 2}], "numbers": [1, 2, 3]}]
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Point:
    x: c_uint32
    y: c_uint32


@bpf
@struct
class Event:
    n: c_uint32
    points: Point * 3
    numbers: c_uint32 * 3


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    with ring.reserve(Event) as e:
        for p in e.points:
            p.x = 5
        for i, p in enumerate(e.points):
            p.x += i
            p.y = i
        for i in range(3):
            e.numbers[i] = i + 1
        for number in e.numbers:
            e.n += number
        return 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
