# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 3
# map: out[2] == 1
# map: out[3] == 1
# map: out[4] == 0
# map: out[5] == 0
# map: out[6] == 1
# map: out[7] == 0
# map: out[8] == 1
# map: out[9] == 0
"""What lies behind a text's NUL is no part of it."""

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
    task.comm = "abcdefgh"
    task.comm[3] = 0
    other: str(16) = "abc"
    out[0] = task.comm == "abc"
    out[1] = len(task.comm)
    out[2] = task.comm == other
    out[3] = task.comm.endswith("bc")
    out[4] = task.comm.endswith("gh")
    out[5] = task.comm[4:8] == "efgh"
    out[6] = task.comm[4:8] == ""
    out[7] = task.comm < other
    out[8] = task.comm[1:6] == "bc"
    out[9] = task.comm.startswith("abcd")
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
