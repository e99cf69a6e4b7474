# kernel: 6.12
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task, get_current_task_btf, ksym_exists, pid
from vmlinux import (
    bpf_cpumask_create,
    bpf_cpumask_release,
    bpf_get_file_xattr,
    bpf_iter_num_new,
    bpf_rcu_read_lock,
    bpf_session_is_return,
    bpf_task_acquire,
    bpf_task_from_pid,
    bpf_task_from_pidd,  # noqa: F401
    bpf_task_release,
    bpf_task_under_cgroup,
    kmalloc_noprof,
    tcp_slow_start,
)


@bpf
@section("syscall")
def leaks(ctx: c_void_p) -> c_int64:
    task = bpf_task_from_pid(1)
    if task and task.pid == 1:
        return 1  # error: [unfinished-reservation]
    if task:
        bpf_task_release(task)
    return 0


@bpf
@section("syscall")
def after(ctx: c_void_p) -> c_int64:
    task = bpf_task_from_pid(1)
    if not task:
        return 0
    bpf_task_release(task)
    return task.pid  # error: [finished-reservation]


@bpf
@section("syscall")
def twice(ctx: c_void_p) -> c_int64:
    task = bpf_task_from_pid(1)
    if task:
        bpf_task_release(task)
        bpf_task_release(task)  # error: [finished-reservation]
    return 0


@bpf
@section("syscall")
def untested(ctx: c_void_p) -> c_int64:
    task = bpf_task_from_pid(1)
    number = task.pid
    bpf_task_release(task)  # error: [null-pointer]
    return number


@bpf
@section("syscall")
def nameless(ctx: c_void_p) -> c_int64:
    bpf_task_from_pid(1)  # error: [unfinished-reservation]
    bpf_task_release(bpf_task_from_pid(1))  # error: [unfinished-reservation]
    return 0


@bpf
@section("syscall")
def two_names(ctx: c_void_p) -> c_int64:
    with bpf_task_from_pid(1) as task:
        other = task  # error: [type-mismatch]
        return other.pid
    return 0


@bpf
@section("syscall")
def not_trusted(ctx: c_void_p) -> c_int64:
    with bpf_task_acquire(get_current_task()) as task:  # error: [untrusted-pointer]
        return task.pid
    return 0


@bpf
@section("syscall")
def read_on_the_way(ctx: c_void_p) -> c_int64:
    with bpf_task_acquire(get_current_task_btf().mm.owner) as task:  # error: [untrusted-pointer]
        return task.pid
    return 0


@bpf
@section("syscall")
def given_another(ctx: c_void_p) -> c_int64:
    walked = get_current_task_btf()
    for _ in range(3):
        with bpf_task_acquire(walked) as task:  # error: [null-pointer]
            print(task.pid)
        walked = walked.group_leader
    return 0


@bpf
@section("syscall")
def held_at_the_end(ctx: c_void_p) -> c_int64:
    task = bpf_task_from_pid(1)
    while task:
        bpf_task_release(task)
        task = bpf_task_from_pid(2)  # error: [unfinished-reservation]
    return 0


@bpf
@section("syscall")
def arguments(ctx: c_void_p) -> c_int64:
    bpf_task_release(get_current_task_btf())
    with bpf_task_from_pid() as task:  # error: [wrong-arguments]
        return task.pid
    with bpf_cpumask_create() as mask:
        bpf_task_release(mask)
        bpf_task_under_cgroup(mask, None)  # error: [type-mismatch]
    return 0


@bpf
@section("syscall")
def others(ctx: c_void_p) -> c_int64:
    bpf_task_from_pidd(1)  # error: [unknown-kernel-name]
    kmalloc_noprof(1, 2)  # error: [unknown-kernel-name]
    bpf_iter_num_new(0, 1, 2)  # error: [helper-not-supported]
    bpf_rcu_read_lock()  # error: [helper-not-supported]
    ksym_exists(pid)  # error: [type-mismatch]
    return 0


@bpf
@section("xdp")
def kinds(ctx: c_void_p) -> c_int64:
    bpf_session_is_return()  # error: [helper-not-allowed]
    return 2


@bpf
@section("syscall")
def operations(ctx: c_void_p) -> c_uint32:
    return tcp_slow_start(None, 1)  # error: [helper-not-allowed, type-mismatch]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
