# guide: [Struct Definition]
# run: prog(data=64) == 12
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Event:
    timestamp: c_uint64
    value: c_uint32


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    event = Event()
    event.timestamp = 5
    event.value = 7
    return event.timestamp + event.value


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
