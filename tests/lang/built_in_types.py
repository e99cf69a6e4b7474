# On a machine whose kernel shows no BTF the types that are built in are taken;
# where the object is loaded, every member is found by its name.
# types: built-in
# run: facts(ctx=0) == 0
# run: flavoured(ctx=0) == 0
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, field_exists, section
from pythonbpf.helper import comm, get_current_task, ktime, pid, tid, uid
from vmlinux import TCP_ESTABLISHED, pid_t, task_struct


@bpf
def parent_of(task: task_struct) -> pid_t:  # warning: [built-in-types]
    return task.real_parent.tgid


@bpf
@section("raw_tp/sys_enter")
def facts(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    if task.tgid != pid() or task.pid != tid() or task.group_leader.tgid != pid():
        return 1
    if task.cred.uid.val != uid() or task.cred.user_ns.level < 0:
        return 2
    name: str(16) = ""
    comm(name)
    if task.comm != name or parent_of(task) != task.real_parent.tgid:
        return 3
    if task.start_time == 0 or task.start_time > ktime() or task.se.sum_exec_runtime < 1:
        return 4
    # Its namespaces, its memory, its program and its network.
    if task.nsproxy.pid_ns_for_children.level > 32 or task.thread_pid.level > 32:
        return 5
    exe = task.mm.exe_file
    if not exe.f_inode.i_ino or exe.f_path.dentry.d_inode.i_ino != exe.f_inode.i_ino:
        return 6
    file: str(32) = exe.f_path.dentry.d_name.name
    if exe.f_inode.i_sb.s_blocksize < 512 or file == "":
        return 7
    if task.nsproxy.net_ns.ns.inum == 0 or task.nsproxy.uts_ns.name.sysname != "Linux":
        return 8
    if task.signal.nr_threads < 1 or task.files.fdt.max_fds < 3:
        return 9
    if TCP_ESTABLISHED != 1 or c_uint64(task) != c_uint64(get_current_task()):
        return 10
    return 0


@bpf
@section("raw_tp/sys_exit")
def flavoured(ctx: c_void_p) -> c_int64:
    return 0 if field_exists(task_struct.comm) and field_exists(task_struct.tgid) else 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
