# run: prog(data=64) == 2
# map: out[0] == 0
# map: out[1] == 1
# map: out[2] == 1
# map: out[3] == 0
# map: out[4] == 1
# map: out[5] == 1
"""A text is true unless it is empty."""

from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Task:
    id: c_uint32
    comm: str(16)
    short: str(4)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    task = Task()
    task.short = "x"
    out[0] = 1 if task.comm else 0
    out[1] = 1 if task.short else 0
    out[2] = 1 if not task.comm else 0
    out[3] = 1 if "" else 0
    out[4] = 1 if "a" else 0
    out[5] = 1 if task.short and not task.comm else 0
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
