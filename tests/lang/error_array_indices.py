from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
from pythonbpf.maps import Array


@bpf
@struct
class Point:
    x: c_uint32


@bpf
@struct
class Line:
    points: Point * 4
    words: c_uint32 * 4


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    line = Line()
    i = random()
    line.points[i].x = 5  # error: [out-of-bounds]
    point = line.points[i]  # error: [out-of-bounds]
    if i > 3:
        line.words[i] = 1  # error: [out-of-bounds]
    j = c_int64(i) - 5
    if j < 0:
        line.words[j] = 1  # error: [out-of-bounds]
    if j < 4:
        line.words[j] = 1  # warning: [unchecked-index]
        if j >= 0:
            line.words[j] = 1
    for k in range(5):
        line.words[k] = 1  # warning: [unchecked-index]
    words = (c_uint32 * 2)(1, 2, 3)  # error: [wrong-arguments]
    more = (c_uint32 * 2)(a=1)  # error: [wrong-arguments]
    line.words = (c_uint32 * 3)()  # error: [type-mismatch]
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
