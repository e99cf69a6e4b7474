"""The guide's ring buffer of process events."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, ktime, pid
from pythonbpf.maps import RingBuffer


@bpf
@struct
class ProcessEvent:
    timestamp: c_uint64
    pid: c_uint32
    comm: str(16)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def track_processes(ctx: c_void_p) -> c_int64:
    event = ProcessEvent()
    event.timestamp = ktime()
    event.pid = pid()
    comm(event.comm)  # Fills event.comm with process name
    events.output(event)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"

