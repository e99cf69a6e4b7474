# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 1
# map: out[2] == 1
# map: out[3] == 1
# map: out[4] == 0
# map: out[5] == 1
# map: out[6] == 0
# map: out[7] == 0
# map: out[8] == 1
# map: out[9] == 1
"""Two strings compare by their texts, also of different sizes."""

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
    task.comm = "full"
    task.short = "full"
    a: str(8) = "abc"
    b: str(16) = "abc"
    c: str(8) = "abd"
    d: str(8) = "abcdefgh"
    e: str(12) = "abcdefghi"
    out[0] = task.comm == task.short
    out[1] = task.short == task.comm
    out[2] = a == b
    out[3] = b == a
    out[4] = a == c
    out[5] = a != c
    out[6] = d == e
    out[7] = e == d
    out[8] = e == e
    out[9] = d == d
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
