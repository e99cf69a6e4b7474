"""A record of a ring buffer, filled in place."""

from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, ktime, pid
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Event:
    time: c_uint64
    pid: c_uint32
    kind: c_uint8
    comm: str(16)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    event = ring.reserve(Event)
    if not event:
        return 0
    event.time = ktime()
    event.pid = pid()
    event.kind = 3
    comm(event.comm)
    ring.submit(event)
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
