# What would be faster, and only the author can decide.
# perf: yes
# kernel: 5.11
# expect: compiles
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import get_current_task, pid
from pythonbpf.maps import Array, HashMap, PerCpuArray, RingBuffer


@bpf
@struct
class Event:
    pid: c_uint32
    parent: c_uint32


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def by_kind() -> HashMap:  # warning: [small-key]
    return HashMap(key=c_uint8, value=c_uint64, max_entries=256)


@bpf
@map
def total() -> Array:
    return Array(value=c_uint64, max_entries=1)


@bpf
@map
def each() -> PerCpuArray:
    return PerCpuArray(value=c_uint64, max_entries=1)


@bpf
@section("tracepoint/sched/sched_process_exit")
def prog(ctx: c_void_p) -> c_int64:
    quick = Event()
    quick.pid = pid()
    events.output(quick)
    event = Event()
    event.pid = pid()
    task = get_current_task()  # warning: [slow-task]
    event.parent = task.real_parent.tgid
    by_kind.update(1, 5)
    events.output(event)  # warning: [copied-event]
    total[0] += 1  # warning: [shared-counter]
    each[0] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
