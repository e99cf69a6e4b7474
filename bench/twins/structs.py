"""Structs are copied out of a map, compared and stored."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Point:
    x: c_uint32
    y: c_uint32
    z: c_uint64


@bpf
@map
def points() -> Array:
    return Array(value=Point, max_entries=4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    p = points.lookup(0)
    q = points.lookup(1)
    if not p or not q:
        return 0
    copy = Point(p.x + 1, p.y, p.z)
    if copy == Point(q.x, q.y, q.z):
        return 1
    points.update(2, copy)
    r = points.lookup(2)
    if not r:
        return 0
    return r.x


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
