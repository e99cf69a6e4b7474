# Members of one struct of the kernel are read by one helper call, where they lie
# close, and each means what it means alone.
# run: members(ctx=0) == 0
# run: wrong_addresses(ctx=0) == 0
from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p, cast

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import get_current_task, ktime, pid, tid
from pythonbpf.maps import HashMap
from vmlinux import task_struct


@bpf
@map
def parents() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint32, max_entries=4)


@bpf
@section("raw_tp/sys_enter")
def members(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    # A smaller member before a larger one, a pointer and an integer.
    if task.tgid != pid() or not task.real_parent:
        return 1
    before = ktime()
    if task.pid != tid():
        return 2
    parents[task.real_parent.tgid] = task.real_parent.pid
    found = parents[task.real_parent.tgid]
    if found != task.real_parent.pid or ktime() < before:
        return 3
    # Only if it comes to that.
    if task.exit_code == 0 and (task.exit_state != 0 or task.exit_signal > 64):
        return 4
    # Elements at fixed places, and bytes.
    if task.comm[0] == 0 and task.comm[1] != 0:
        return 5
    first = task.real_parent
    second = first.real_parent
    first = second
    if first.pid != second.pid or first.tgid != second.tgid:
        return 6
    for _turn in range(3):
        if task.pid != tid() or task.tgid != pid():
            return 7
    return 0


@bpf
@section("raw_tp/sys_enter")
def wrong_addresses(ctx: c_void_p) -> c_int64:
    nowhere = cast(c_uint64(0), POINTER(task_struct))
    if nowhere.pid != 0 or nowhere.tgid != 0 or nowhere.real_parent:
        return 1
    if nowhere.real_parent.pid != 0 or nowhere.real_parent.tgid != 0:
        return 2
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
