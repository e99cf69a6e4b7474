# guide: Tracepoints are stable kernel hooks defined in /sys/kernel/tracing/events/:
# guide: [Tracepoints]
# expect: loads
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


# System call tracepoints
@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def enter_execve(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section("tracepoint/syscalls/sys_enter_clone")
def enter_clone(ctx: c_void_p) -> c_int64:
    return c_int64(0)


@bpf
@section("tracepoint/syscalls/sys_enter_open")
def enter_open(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section("tracepoint/syscalls/sys_exit_read")
def exit_read(ctx: c_void_p) -> c_int64:
    return 0


# Scheduler tracepoints
@bpf
@section("tracepoint/sched/sched_process_fork")
def process_fork(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section("tracepoint/sched/sched_process_exit")
def process_exit(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section("tracepoint/sched/sched_switch")
def switch(ctx: c_void_p) -> c_int64:
    return 0


# Block I/O tracepoints
@bpf
@section("tracepoint/block/block_rq_insert")
def rq_insert(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section("tracepoint/block/block_rq_complete")
def rq_complete(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
