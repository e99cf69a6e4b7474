"""Fields of tracepoint events by the names of their formats."""
# expect: loads
from ctypes import c_int32, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap, RingBuffer
from vmlinux import struct_trace_event_raw_sys_enter


@bpf
@struct
class Event:
    pid: c_uint32
    flags: c_int32
    filename: str(64)
    comm: str(16)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("tracepoint/syscalls/sys_enter_openat")
def opened(ctx: c_void_p) -> c_int64:
    e = Event(pid=pid())
    e.filename = ctx.filename
    e.flags = ctx.flags
    events.output(e)
    return 0


@bpf
@section("tracepoint/syscalls/sys_enter_openat")
def by_number(ctx: struct_trace_event_raw_sys_enter) -> c_int64:
    seen[1] = ctx.args[2]
    seen[2] = ctx.id
    return 0


@bpf
@section("tracepoint/syscalls/sys_exit_openat")
def returned(ctx: c_void_p) -> c_int64:
    if ctx.ret < 0:
        seen[3] = -ctx.ret
    return 0


@bpf
@section("tracepoint/sched/sched_process_exec")
def executed(ctx: c_void_p) -> c_int64:
    e = Event(pid=ctx.pid)
    e.filename = ctx.filename
    events.output(e)
    return 0


@bpf
@section("tracepoint/sched/sched_switch")
def switched(ctx: c_void_p) -> c_int64:
    e = Event(pid=ctx.next_pid, comm=ctx.next_comm)
    if ctx.prev_comm == "sh":
        e.flags = ctx.prev_prio
    events.output(e)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
