"""Iterators see their objects as members of the context or as parameters, and print into what is read."""
# needs: function bpf_iter_task
# expect: loads
from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import seq_write
from vmlinux import bpf_iter__task, task_struct


@bpf
@section("iter/task")
def by_member(ctx: c_void_p) -> c_int64:
    task = ctx.task
    if ctx.meta.seq_num == 0:
        print("   pid name")
    if not task:
        return 0
    print(f"{task.pid} {task.comm} {task.real_parent.tgid}")
    return 0


@bpf
@section("iter/task")
def by_parameter(ctx: bpf_iter__task, meta, task: task_struct) -> c_int64:
    if task:
        seq_write(meta.seq, c_uint32(task.pid))
    return 0


@bpf
@section("iter/task_file")
def files(ctx: c_void_p) -> c_int64:
    task = ctx.task
    file = ctx.file
    if task and file and task.pid == task.tgid:
        print(task.pid, ctx.fd)
    return 0


@bpf
@section("iter/bpf_map_elem")
def entries(ctx: c_void_p, meta, map, key: POINTER(c_uint32), value: POINTER(c_uint64)) -> c_int64:
    if key and value:
        print(key[0], value[0])
    return 0


@bpf
@section("iter/tcp")
def sockets(ctx: c_void_p) -> c_int64:
    sk = ctx.sk_common
    if sk:
        print(sk.skc_num, ctx.uid)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
