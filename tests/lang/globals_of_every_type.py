# run: prog(data=64) == 0
# run: prog(data=64) == 0
# run: other(data=64) == 3
# map: out[0] == 2
# map: out[1] == 7
# map: out[2] == 1
# map: out[3] == 13
# map: out[4] == 33
# map: out[5] == 30
from ctypes import c_bool, c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
from pythonbpf.maps import Array


@bpf
@struct
class Point:
    x: c_int32
    y: c_uint8


@bpf
@struct
class State:
    points: Point * 3
    name: str(8)


@bpf
@bpfglobal
def FLAG() -> c_bool:
    return False


@bpf
@bpfglobal
def SMALL() -> c_uint8:
    return 5


@bpf
@bpfglobal
def ORIGIN() -> Point:
    return Point(x=-3, y=6)


@bpf
@bpfglobal
def STATE() -> State:
    return State(points=(Point * 3)(Point(1), Point(y=2)), name="on")


@bpf
@bpfglobal
def WORDS() -> c_uint32 * 4:
    return (c_uint32 * 4)(10, 20, 30)


@bpf
@bpfglobal
def COUNTS() -> c_uint64 * 8:
    return (c_uint64 * 8)()


@bpf
def counted() -> c_uint64:
    total = 0
    for count in COUNTS:
        total += count
    return total


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    global FLAG, SMALL, STATE, COUNTS
    SMALL += 1
    FLAG = SMALL == 7
    COUNTS[random() & 7] += 1
    out[0] = counted()
    out[1] = SMALL
    out[2] = FLAG
    i = random() & 0 | 1
    if i < 3:
        STATE.points[i].x += ORIGIN.x
        out[3] = STATE.points[0].x + STATE.points[1].y
    for point in STATE.points:
        point.y += 10
    out[4] = STATE.points[0].y + STATE.points[2].y - 7
    STATE.name = "off"
    out[5] = WORDS[i + 1]
    return 0


@bpf
@section("xdp")
def other(ctx: c_void_p) -> c_int64:
    if SMALL == 7 and STATE.points[1].x == -6 and counted() == 2:
        return 3
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
