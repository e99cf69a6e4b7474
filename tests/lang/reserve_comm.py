# expect: loads
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, pid
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Event:
    pid: c_uint32
    kind: c_uint8
    total: c_uint64
    comm: str(16)
    tail: c_uint32 * 3


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("tracepoint/sched/sched_process_exec")
def prog(ctx: c_void_p) -> c_int64:
    e = ring.reserve(Event)
    if e:
        e.pid = pid()
        comm(e.comm)
        ring.submit(e)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
