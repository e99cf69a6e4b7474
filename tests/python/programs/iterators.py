"""Tasks, files, sockets and entries of a map, written when they are read."""

from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import seq_write
from pythonbpf.maps import HashMap
from vmlinux import task_struct


@bpf
@map
def squares() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=64)


@bpf
@section("iter/task")
def tasks(ctx: c_void_p) -> c_int64:
    task = ctx.task
    if ctx.meta.seq_num == 0:
        print("pid parent name")
    if not task:
        return 0
    if task.pid == task.tgid:
        print(task.pid, task.real_parent.tgid, task.comm)
    return 0


@bpf
@section("iter/task")
def numbers(ctx: c_void_p, meta, task: task_struct) -> c_int64:
    if task:
        seq_write(meta.seq, c_uint32(task.pid))
    return 0


@bpf
@section("iter/task_file")
def files(ctx: c_void_p) -> c_int64:
    task = ctx.task
    file = ctx.file
    if task and file and task.pid == task.tgid:
        print(f"{task.pid} {ctx.fd} {file.f_inode.i_ino}")
    return 0


@bpf
@section("iter/bpf_map_elem")
def entries(ctx: c_void_p, meta, map, key: POINTER(c_uint32), value: POINTER(c_uint64)) -> c_int64:
    if key and value:
        print(key[0], value[0])
        value[0] = 0
    return 0


@bpf
@section("iter/tcp")
def sockets(ctx: c_void_p) -> c_int64:
    sk = ctx.sk_common
    if sk and sk.skc_family == 2:
        print(sk.skc_num, sk.skc_state)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
