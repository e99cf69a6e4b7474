from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import atomic_add, get_current_task, probe_read_kernel
from vmlinux import TCP_ESTABLISHED, task_struct, task_strukt


@bpf
def misspelt(task: task_strukt) -> c_int64:  # error: [unknown-kernel-name]
    return 0


@bpf
@section("raw_tp/sys_enter")
def writes(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    task.pid = 1  # error: [kernel-memory-written]
    task.real_parent.comm = "x"  # error: [kernel-memory-written]
    task.comm[0] = 0  # error: [kernel-memory-written]
    task.flags += 1  # error: [kernel-memory-written]
    atomic_add(task.flags, 1)  # error: [kernel-memory-written]
    probe_read_kernel(task.pid, task)  # error: [kernel-memory-written]
    return 0


@bpf
@section("raw_tp/sys_exit")
def reads(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    a = task.pidd  # error: [unknown-field]
    b = task.pid.value  # error: [unknown-field]
    c = task_struct()  # error: [wrong-arguments]
    d = TCP_ESTABLISHED(1)  # error: [not-callable]
    e = task_struct  # error: [type-mismatch]
    f = task_struct("x")  # error: [type-mismatch]
    g = task.comm[16]  # error: [out-of-bounds]
    h: c_uint32 = task.comm  # error: [type-mismatch]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
