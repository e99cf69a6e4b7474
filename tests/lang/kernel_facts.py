# What the running task and its files are, by fields that moved or were renamed
# between kernels: built with one kernel's types, right on all. The numbers are
# held against /proc by tests/python/test_kernel_facts.py.
# expect: loads
from ctypes import POINTER, c_int64, c_long, c_uint16, c_uint32, c_uint64, c_void_p, cast

from pythonbpf import bpf, bpfglobal, field_exists, map, section, struct
from pythonbpf.helper import get_current_task
from pythonbpf.maps import Array
from vmlinux import inode, socket, task_struct, timespec64


@bpf
@struct
class task_struct___before_5_14:
    state: c_long


@bpf
@struct
class inode___before_6_6:
    i_ctime: timespec64


@bpf
@struct
class inode___before_6_11:
    __i_ctime: timespec64


@bpf
@struct
class Facts:
    pid: c_uint32
    parent: c_uint32
    start: c_uint64
    cgroup: c_uint64
    state: c_uint64
    comm: str(16)
    file_name: str(32)
    file_inode: c_uint64
    file_size: c_int64
    file_changed: c_int64
    local_port: c_uint16
    remote_port: c_uint16


@bpf
@map
def descriptors() -> Array:
    return Array(key=c_uint32, value=c_uint32, max_entries=2)


@bpf
@map
def facts() -> Array:
    return Array(key=c_uint32, value=Facts, max_entries=1)


@bpf
def changed(of: inode) -> c_int64:
    if field_exists(of.i_ctime_sec):
        return of.i_ctime_sec
    if field_exists(inode___before_6_11.__i_ctime):
        return inode___before_6_11(of).__i_ctime.tv_sec
    return inode___before_6_6(of).i_ctime.tv_sec


@bpf
@section("raw_tp/sys_enter")
def read(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    f = Facts()
    f.pid = task.tgid
    f.parent = task.real_parent.tgid
    f.start = task.group_leader.start_boottime
    f.cgroup = task.cgroups.dfl_cgrp.kn.id
    if field_exists(task_struct.__state):
        f.state = task.__state
    else:
        f.state = task_struct___before_5_14(task).state
    f.comm = task.comm
    regular = task.files.fdt.fd[descriptors[0]]
    f.file_name = regular.f_path.dentry.d_name.name
    f.file_inode = regular.f_inode.i_ino
    f.file_size = regular.f_inode.i_size
    f.file_changed = changed(regular.f_inode)
    other = task.files.fdt.fd[descriptors[1]]
    connection = cast(other.private_data, POINTER(socket)).sk
    f.local_port = connection.__sk_common.skc_num
    remote = connection.__sk_common.skc_dport
    f.remote_port = ((remote & 255) << 8) | (remote >> 8)
    facts[0] = f
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
