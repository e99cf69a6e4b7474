# run: prog(data=64) == 2
# map: out[0] == 0
# map: out[1] == 4
# map: out[2] == 4
# map: out[3] == 7
# map: out[4] == 2
# map: out[5] == 1
"""`len` counts the bytes up to the end."""

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
    empty = len(task.comm)
    task.comm = "bash"
    task.short = "full"
    out[0] = empty
    out[1] = len(task.comm)
    out[2] = len(task.short)
    out[3] = len("literal")
    out[4] = len(task.comm[:2])
    out[5] = len(task.comm[3:9])
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
