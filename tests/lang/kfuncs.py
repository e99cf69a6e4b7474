# Functions of the kernel by name: what they give is tested, used and released.
# kernel: 6.12
# needs: function bpf_task_from_pid
# run: facts(ctx=0) == 0
# run: masks(ctx=0) == 21
# run: released_once(ctx=0) == 1
# run: traced(ctx=0) == 0
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task_btf, pid, tid
from vmlinux import (
    bpf_cpumask_create,
    bpf_cpumask_first,
    bpf_cpumask_release,
    bpf_cpumask_set_cpu,
    bpf_cpumask_test_cpu,
    bpf_task_acquire,
    bpf_task_from_pid,
    bpf_task_release,
    task_struct,
)


@bpf
def group_of(task: task_struct) -> c_int64:
    return task.tgid


@bpf
@section("syscall")
def facts(ctx: c_void_p) -> c_int64:
    task = bpf_task_from_pid(tid())
    if not task:
        return 1
    current = get_current_task_btf()
    same = task.start_time == current.start_time and task.tgid == pid()
    parent = task.real_parent.tgid
    group = group_of(task)
    bpf_task_release(task)
    if not same or parent != current.real_parent.tgid or group != pid():
        return 2
    if bpf_task_from_pid_is_missing():
        return 0
    return 3


@bpf
def bpf_task_from_pid_is_missing() -> c_int64:
    none = bpf_task_from_pid(0x7FFFFFF)
    if none is None:
        return 1
    bpf_task_release(none)
    return 0


@bpf
@section("syscall")
def masks(ctx: c_void_p) -> c_int64:
    with bpf_cpumask_create() as mask:
        bpf_cpumask_set_cpu(0, mask)
        first = bpf_cpumask_first(mask)
        return 20 + first + bpf_cpumask_test_cpu(0, mask)
    return 0


@bpf
@section("syscall")
def released_once(ctx: c_void_p) -> c_int64:
    total: c_uint64 = 0
    for i in range(3):
        task = bpf_task_from_pid(tid())
        if not task:
            continue
        if i == 1:
            total += task.tgid == pid()
        bpf_task_release(task)
    return total


@bpf
@section("syscall")
def traced(ctx: c_void_p) -> c_int64:
    with bpf_task_acquire(get_current_task_btf()) as task:
        if task.pid != tid():
            return 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
