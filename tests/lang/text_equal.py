# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 0
# map: out[2] == 0
# map: out[3] == 0
# map: out[4] == 1
# map: out[5] == 1
# map: out[6] == 1
# map: out[7] == 1
# map: out[8] == 0
# map: out[9] == 1
# map: out[10] == 0
# map: out[11] == 1
# map: out[12] == 0
# map: out[13] == 1
# map: out[14] == 1
# map: out[15] == 1
"""A text equals a literal up to its end, whatever lies behind it."""

from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


SHELL = "ba" + "sh"


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
    task.comm = "bash"
    task.short = "full"
    name = task.comm
    out[0] = task.comm == "bash"
    out[1] = task.comm == "bas"
    out[2] = task.comm == "bash "
    out[3] = task.comm != "bash"
    out[4] = "bash" == task.comm
    out[5] = task.comm == b"bash"
    out[6] = task.comm == SHELL
    out[7] = task.short == "full"
    out[8] = task.short == "ful"
    out[9] = name == "bash"
    out[10] = task.comm == ""
    out[11] = "a" == "a"
    out[12] = "a" != b"a"
    out[13] = task.comm == b"bash\0"
    out[14] = 1 if task.comm == "bash" and task.short != "none" else 0
    out[15] = 1 if not task.comm == "sh" else 0
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
