# run: prog(data=64) == 2
# map: out[0] == 0
# map: out[1] == 4
# map: out[2] == 4
# map: out[3] == 7
# map: out[4] == 2
# map: out[5] == 1
# map: out[6] == 1
# map: out[7] == -1
# map: out[8] == -1
# map: out[9] == 4
# map: out[10] == 3
# map: out[11] == 2
# map: out[12] == 0
# map: out[13] == 0
# map: out[14] == 3
# map: out[15] == 2
# map: out[16] == 1
# map: out[17] == 5
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
def tasks() -> Array:
    return Array(value=Task, max_entries=1)


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
    zero = out[31]
    out[6] = len(task.comm) - 5 < zero
    out[7] = min(len(task.comm), -1)
    out[8] = (len(task.comm) - 6) // 2
    tasks[0] = task
    held = tasks.lookup(0)
    if not held:
        return 1
    out[9] = len(held.comm)
    out[10] = len(held.comm[1:])
    out[11] = len(held.comm[2:])
    out[12] = len(held.comm[4:])
    out[13] = len(held.comm[9:])
    out[14] = len(held.short[1:])
    cut = held.comm[2:]
    out[15] = len(cut)
    cut = held.comm[3:]
    out[16] = len(cut)
    table = (c_uint32 * 17)()
    table[len(held.comm)] = 5
    out[17] = table[4]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
