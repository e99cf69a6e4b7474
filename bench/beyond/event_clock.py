"""The same with the time, which takes both about as long as the event."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import ktime, smp_processor_id
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Event:
    ts: c_uint64
    cpu: c_uint32
    kind: c_uint32
    path: str(64)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=1 << 24)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    e = Event()
    e.ts = ktime()
    e.cpu = smp_processor_id()
    e.kind = 7
    events.output(e)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
