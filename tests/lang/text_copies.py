# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 0
# map: out[2] == 1
# map: out[3] == 1
# map: out[4] == 1
# map: out[5] == 0
"""A string takes a shorter one; the rest is cleared."""

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
    task.comm = "0123456789abcdef"
    task.short = "abcd"
    task.comm = task.short
    other = Task()
    other.comm = task.comm
    other.short = task.short
    local = other.short
    local = "x"
    out[0] = task.comm == "abcd"
    out[1] = task.comm[4] + task.comm[9] + task.comm[15]
    out[2] = other.comm == "abcd"
    out[3] = other.short == "abcd"
    out[4] = local == "x"
    out[5] = local[2]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
