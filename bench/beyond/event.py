"""An event that is filled and sent, as people write it."""

from ctypes import c_int64, c_uint32, c_uint64

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import smp_processor_id
from pythonbpf.maps import RingBuffer
from vmlinux import struct_xdp_md


@bpf
@struct
class Event:
    length: c_uint64
    cpu: c_uint32
    kind: c_uint32
    path: str(64)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=1 << 24)


@bpf
@section("xdp")
def prog(ctx: struct_xdp_md) -> c_int64:
    e = Event()
    e.length = ctx.data_end - ctx.data
    e.cpu = smp_processor_id()
    e.kind = 7
    events.output(e)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
