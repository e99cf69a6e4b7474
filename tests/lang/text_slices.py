# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 1
# map: out[2] == 1
# map: out[3] == 1
# map: out[4] == 1
# map: out[5] == 1
# map: out[6] == 1
# map: out[7] == 1
# map: out[8] == 1
# map: out[9] == 1
# map: out[10] == 1
# map: out[11] == 1
"""Constant slices compare, are stored and are measured."""

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
    task.comm = "/usr/bin"
    task.short = task.comm[1:4]
    copy: str(8) = task.comm[:4]
    copy2 = task.comm[5:]
    task.comm = task.comm[4:12]
    cut = task.comm
    task.comm = task.comm[:2]
    out[0] = task.short == "usr"
    out[1] = copy == "/usr"
    out[2] = copy2 == "bin"
    out[3] = cut == "/bin"
    out[4] = task.comm == "/b"
    out[5] = cut[1:3] == "bi"
    out[6] = cut[2:2] == ""
    out[7] = "abcdef"[1:3] == "bc"
    out[8] = "abcdef"[-2:] == "ef"
    out[9] = cut[9:12] == ""
    out[10] = cut[1:100] == "bin"
    out[11] = cut[:4] == cut
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
