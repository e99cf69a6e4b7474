"""The same event through a perf buffer."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import ktime, pid, smp_processor_id
from pythonbpf.maps import PerfEventArray


@bpf
@struct
class Event:
    timestamp: c_uint64
    pid: c_uint32
    cpu: c_uint32


@bpf
@map
def events() -> PerfEventArray:
    return PerfEventArray()


@bpf
@section("tracepoint/sched/sched_process_fork")
def forked(ctx: c_void_p) -> c_int64:
    event = Event()
    event.timestamp = ktime()
    event.pid = pid()
    event.cpu = smp_processor_id()
    events.output(event)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"

