# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 1
# map: out[2] == 1
# map: out[3] == 3
# map: out[4] == 1
"""Elements of an array are texts."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Path:
    parts: str(8) * 3


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    path = Path()
    path.parts[0] = "usr"
    path.parts[2] = path.parts[0]
    path.parts[1] = "bin"
    out[0] = path.parts[0] == "usr"
    out[1] = path.parts[2] == path.parts[0]
    out[2] = path.parts[1][0] == "b"
    out[3] = len(path.parts[1])
    out[4] = path.parts[1][1:] == "in"
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
