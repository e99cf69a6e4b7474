# expect: loads
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, random
from pythonbpf.maps import HashMap, PerfEventArray


@bpf
@struct
class Event:
    name: str(16)


@bpf
@map
def events() -> PerfEventArray:
    return PerfEventArray(key_size=c_uint32, value_size=c_uint32)


@bpf
def send(value: c_int64, ctx: c_void_p) -> None:
    event = Event()
    comm(event.name)
    events.output(event)


@bpf
@section("tracepoint/syscalls/sys_enter_getpid")
def prog(ctx: c_void_p) -> c_int64:
    send(1, ctx)
    send(2, ctx)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
