# A pointer of get_current_task() is followed at any depth, member by member;
# the members are found by name on the kernel that loads the object.
# run: facts(ctx=0) == 0
# run: wrong_addresses(ctx=0) == 0
from ctypes import c_int64, c_uint64, c_void_p

import vmlinux
from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import comm, get_current_task, ktime, pid, tid
from vmlinux import struct_task_struct
from vmlinux import task_struct as Task
from vmlinux import TCP_ESTABLISHED, pid_t

LATER = TCP_ESTABLISHED + 1


@bpf
def parent_of(task: Task) -> pid_t:
    return task.real_parent.tgid


@bpf
@section("raw_tp/sys_enter")
def facts(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    if task.tgid != pid() or task.pid != tid():
        return 1
    if task.group_leader.tgid != task.tgid:
        return 2
    name: str(16) = ""
    comm(name)
    if task.comm != name:
        return 3
    if task.start_time == 0 or task.start_time > ktime():
        return 4
    parent = task.real_parent
    if parent_of(task) != parent.tgid or parent_of(task.group_leader) != parent.tgid:
        return 5
    # An embedded struct is a pointer to it, and a pointer is a number, too.
    entity = task.se
    if entity.sum_exec_runtime < 1 or c_uint64(task) != c_uint64(get_current_task()):
        return 6
    again = struct_task_struct(c_uint64(task))
    by_module: vmlinux.task_struct = again
    if by_module.tgid != task.tgid or again.cred.uid.val != task.cred.uid.val:
        return 7
    if LATER != 2:
        return 8
    return 0


@bpf
@section("raw_tp/sys_exit")
def wrong_addresses(ctx: c_void_p) -> c_int64:
    nobody = Task(0)
    if nobody.tgid or nobody.real_parent.real_parent.comm != "":
        return 1
    elsewhere = Task(4096)
    if elsewhere.tgid != 0 or not elsewhere:
        return 2
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
