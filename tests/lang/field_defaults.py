# run: prog(data=64) == 0
# map: table[0] == {"level": 3, "name": "new", "origin": {"x": 7, "y": 0}, "ports": [80, 443], "on": true}
# map: table[1] == {"level": 9, "name": "old", "origin": {"x": 1, "y": 2}, "ports": [80, 443], "on": false}
# map: table[2] == {"level": 3, "name": "new", "origin": {"x": 7, "y": 5}, "ports": [1, 0], "on": true}
from ctypes import c_bool, c_int32, c_int64, c_uint8, c_uint16, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


LEVEL = 3


@bpf
@struct
class Point:
    x: c_int32 = 7
    y: c_int32


@bpf
@struct
class Options:
    level: c_uint8 = LEVEL
    name: str(8) = "new"
    origin: Point
    ports: c_uint16 * 2 = (c_uint16 * 2)(80, 443)
    on: c_bool = True


@bpf
@map
def table() -> Array:
    return Array(value=Options, max_entries=3)


@bpf
@bpfglobal
def DEFAULT() -> Options:
    return Options()


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    table[0] = Options()
    table[1] = Options(9, name="old", origin=Point(1, 2), on=False)
    other = Options(origin=Point(y=5))
    other.ports = (c_uint16 * 2)(1)
    table[2] = other
    if DEFAULT.level != 3 or DEFAULT.origin.x != 7 or DEFAULT.ports[1] != 443:
        return 1
    zero: Options
    return zero.level

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
