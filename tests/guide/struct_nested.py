# guide: Supported field types include: Nested structs: Other @struct decorated classes
# run: prog(data=64) == 60
# events: sent == [{"kind": 1, "origin": {"x": 10, "deep": {"y": -20}}, "target": {"x": 30, "deep": {"y": 40}}}]
from ctypes import c_int16, c_int64, c_uint8, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Deep:
    y: c_int64


@bpf
@struct
class Point:
    x: c_int16
    deep: Deep


@bpf
@struct
class Move:
    kind: c_uint8
    origin: Point
    target: Point


@bpf
@map
def sent() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    move = Move()
    move.kind = 1
    move.origin.x = 10
    move.origin.deep.y = -20
    point = Point()
    point.x = 30
    point.deep.y = 40
    move.target = point
    point.x = 1000
    sent.output(move)
    return move.origin.x + move.origin.deep.y + move.target.x + move.target.deep.y


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
