# What the verifier trusts is read directly, without a helper.
# kernel: 5.11
# run: facts(ctx=0) == 0
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import comm, get_current_task, get_current_task_btf, pid
from vmlinux import task_struct


@bpf
def parent_of(task: task_struct) -> c_int64:
    return task.real_parent.tgid


@bpf
@section("raw_tp/sys_enter")
def facts(ctx: c_void_p) -> c_int64:
    task = get_current_task_btf()
    far = get_current_task()
    if task.tgid != pid() or task.real_parent.tgid != far.real_parent.tgid:
        return 1
    if parent_of(task) != task.real_parent.tgid:
        return 2
    name: str(16) = ""
    comm(name)
    if task.comm != name or task.group_leader.start_time != far.group_leader.start_time:
        return 3
    parent = task.real_parent
    for i in range(3):
        parent = parent.real_parent
    if parent.tgid != far.real_parent.real_parent.real_parent.real_parent.tgid:
        return 4
    if task.mm.exe_file.f_inode.i_ino != far.mm.exe_file.f_inode.i_ino:
        return 5
    file = task.mm.exe_file
    if not file:
        return 6
    return 0 if file.f_inode.i_ino == far.mm.exe_file.f_inode.i_ino else 7


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
