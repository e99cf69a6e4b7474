# run: prog(data=64) == 2
# map: out[0] == {"kind": 9, "at": {"x": 1, "y": -2}, "bytes": [1, 0, 3], "name": "ab", "flag": true}
# map: out[1] == {"kind": 7, "at": {"x": 5, "y": 6}, "bytes": [0, 0, 0], "name": "", "flag": false}
# map: out[2] == {"kind": 0, "at": {"x": 0, "y": 0}, "bytes": [0, 0, 0], "name": "", "flag": false}
# map: out[3] == {"kind": 9, "at": {"x": 5, "y": 7}, "bytes": [1, 0, 4], "name": "abcdefg", "flag": true}
# map: out[4] == {"kind": 1, "at": {"x": 2, "y": 0}, "bytes": [0, 0, 0], "name": "pos", "flag": false}
from ctypes import c_bool, c_int16, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@bpf
@struct
class Point:
    x: c_int16
    y: c_int64


@bpf
@struct
class Shape:
    kind: c_uint8
    at: Point
    bytes: c_uint8 * 3
    name: str(8)
    flag: c_bool


@bpf
@map
def out() -> HashMap:
    return HashMap(key=c_uint32, value=Shape, max_entries=8)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    first = Shape()
    first.kind = 9
    first.at.x = 1
    first.at.y = -2
    first.bytes[0] = 1
    first.bytes[2] = 3
    first.name = "ab"
    first.flag = 5
    out[0] = first

    point = Point(5, y=6)
    second = Shape(kind=7, at=point)
    point.x = 100
    out.update(1, second)
    out[2] = Shape()

    third = first
    third.at = second.at
    third.at.y += 1
    third.bytes[2] += 1
    third.name = "abcdefg"
    out.update(3, third)

    out[4] = Shape(1)
    entry = out.lookup(4)
    if entry:
        entry.at.x = 2
        entry.name = "pos"
    if first.at.y != -2 or first.bytes[2] != 3:
        return 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
