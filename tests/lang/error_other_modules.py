from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


from settings import LIMIT

from colors import Color


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    x = LIMIT  # error: [unknown-name]
    return Color.RED  # error: [unknown-name]

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
