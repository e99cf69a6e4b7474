# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 1
# map: out[2] == 1
# map: out[3] == 1
# map: out[4] == 3
"""One of two texts, literals or strings."""

from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
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
    task.comm = "bash"
    number = random() & 1 | 2
    kind: str(8) = "read" if number > 1 else "write"
    other = "x" if number < 1 else task.comm
    third = task.comm[1:] if number == 9 else "none"
    out[0] = kind == "read"
    out[1] = other == "bash"
    out[2] = third == "none"
    out[3] = ("a" if number > 1 else "b") == "a"
    out[4] = len("yes" if number else "no")
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
