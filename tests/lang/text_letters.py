# run: prog(data=64) == 2
# map: out[0] == 47
# map: out[1] == 1
# map: out[2] == 1
# map: out[3] == 1
# map: out[4] == 1
# map: out[5] == 0
# map: out[6] == 1
# map: out[7] == 1
# map: out[8] == 233
# map: out[9] == 8364
# map: out[10] == 1
# map: out[11] == 1
# map: out[12] == 1
# map: out[13] == 1
# map: out[14] == 1
"""A byte of a text is a number that compares with a letter."""

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
    task.comm = "/bin"
    task.short[0] = "a"
    task.short[1] = b"b"
    task.short[2] = ord("c")
    task.comm[4] = 0xE9
    out[0] = task.comm[0]
    out[1] = task.comm[0] == "/"
    out[2] = "/" == task.comm[0]
    out[3] = task.comm[0] == b"/"
    out[4] = task.comm[1] == ord("b")
    out[5] = task.comm[1] != "b"
    out[6] = task.comm[1] >= "a" and task.comm[1] <= "z"
    out[7] = task.short == "abc"
    out[8] = task.comm[4]
    out[9] = ord("€")
    out[10] = len(chr(97))
    out[11] = task.short[0] == chr(97)
    out[12] = task.comm[1] in ("a", "b")
    out[13] = "abc"[1] == "b"
    out[14] = "abc"[-1] == "c"
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
