# run: prog(data=64) == 2
# map: out[0] == 3210
# map: out[1] == 123
# map: out[2] == 13
# map: out[3] == 321
# map: out[4] == 30
from ctypes import c_int16, c_int64, c_uint16, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Point:
    x: c_int16
    y: c_uint32


@bpf
@struct
class Line:
    points: Point * 3
    words: c_uint16 * 4


@bpf
@map
def lines() -> Array:
    return Array(value=Line, max_entries=1)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    line = Line()
    line.words = (c_uint16 * 4)(0, 10, 200, 3000)
    total = 0
    for word in line.words:
        total += word
    out[0] = total
    number = 1
    for point in line.points:
        point.x = number
        number += 1
    out[1] = line.points[0].x * 100 + line.points[1].x * 10 + line.points[2].x
    total = 0
    for i, word in enumerate(line.words, 1):
        if word == 200:
            continue
        if i > 3:
            break
        total += i + word
    out[2] = total
    total = 0
    for point in reversed(line.points):
        total = total * 10 + point.x
    out[3] = total
    entry = lines.lookup(0)
    if entry:
        for i, point in enumerate(entry.points):
            point.y = i * 10
        for point in entry.points:
            total = point.y
        total = 0
        for point in entry.points:
            total += point.y
    out[4] = total
    for word in line.words:
        if word == 7:
            break
    else:
        return 2
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
