# kernel: 5.11
# needs: helper task_storage_get
# run: prog(ctx=0) == 0
# run: prog(ctx=0) == 0
# map: out[0] == 1
# map: out[1] == 2
# map: out[2] == 0
# map: out[3] == -2
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import get_current_task_btf
from pythonbpf.maps import Array, TaskStorage


@bpf
@struct
class Seen:
    times: c_uint64
    first: c_uint64


@bpf
@map
def seen() -> TaskStorage:
    return TaskStorage(value=Seen)


@bpf
@map
def marks() -> TaskStorage:
    return TaskStorage(value=c_uint64)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("raw_tp/sys_enter")
def prog(ctx: c_void_p) -> c_int64:
    """What tasks have: made on demand, gone with the task."""
    task = get_current_task_btf()
    mine = seen.get(task, create=True)
    if not mine:
        return 1
    mine.times += 1
    if not marks.get(task):
        out[0] += 1
        mark = marks.get(get_current_task_btf(), create=True)
        if mark:
            mark[0] = 5
    elif out[1] == 1:
        out[2] = marks.delete(task)
        out[3] = marks.delete(task)
    out[1] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
