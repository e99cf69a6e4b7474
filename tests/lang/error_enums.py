from enum import IntEnum
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


class Color(IntEnum):
    RED = 1
    NAME = "x"


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    a = Color.RDE  # error: [unknown-name]
    b = Color.NAME  # error: [constant-required]
    c = Color  # error: [unknown-name]
    d = (c_uint32 * 0)()  # error: [out-of-range]
    return Color.RED

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
