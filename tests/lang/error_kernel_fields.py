from ctypes import POINTER, c_int64, c_uint32, c_void_p, cast

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.helper import get_current_task
from vmlinux import socket, task_struct


@bpf
@struct
class task_struct___old:
    state: c_uint32


@bpf
@section("raw_tp/sys_enter")
def writes(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    task.mm.exe_file.f_op.llseek = 0  # error: [kernel-memory-written]
    task.signal.is_child_subreaper = 1  # error: [kernel-memory-written]
    task.signal.rlim[7].rlim_cur = 1  # error: [kernel-memory-written]
    task.thread_pid.numbers[0].nr = 1  # error: [kernel-memory-written]
    task.se.vruntime = 0  # error: [kernel-memory-written]
    task.nsproxy.uts_ns.name.nodename = "x"  # error: [kernel-memory-written]
    return 0


@bpf
@section("raw_tp/sys_exit")
def reads(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    a = task.signal.rlim[16]  # error: [out-of-bounds]
    b = task.signal.rlim[-1]  # error: [out-of-bounds]
    c = task.signal.rlimit  # error: [unknown-field]
    d = task.mm.exe_file.f_op.llseek()  # error: [not-callable]
    e = task.mm.exe_file.private_data.sk  # error: [unknown-field]
    f = task.comm[c_uint32(task.pid)]  # warning: [unchecked-index]
    g = task.state  # error: [unknown-field]
    h = task_struct___old(task).state
    i = task.se.load.weight.value  # error: [unknown-field]
    j = cast(task.mm.exe_file.private_data, POINTER(socket)).sk.sk_nothing  # error: [unknown-field]
    k = task.thread_pid.numbers.nr.nr  # error: [unknown-field]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
