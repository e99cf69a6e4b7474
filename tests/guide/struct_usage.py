# guide: The @struct decorator marks a class as a BPF struct definition.
# guide: [@struct: Usage]
# guide: Structs allow you to define custom data types for use in BPF programs.
# run: prog(data=64) == 106
# events: sent == [{"timestamp": 18446744073709551615, "pid": 4294967295, "cpu": 7}]
from pythonbpf import bpf, struct
from ctypes import c_uint64, c_uint32

@bpf
@struct
class Event:
    timestamp: c_uint64
    pid: c_uint32
    cpu: c_uint32


from ctypes import c_int64, c_void_p

from pythonbpf import bpfglobal, map, section
from pythonbpf.maps import RingBuffer


@bpf
@map
def sent() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    event = Event()
    event.timestamp = 0xFFFFFFFFFFFFFFFF
    event.pid = 0xFFFFFFFF
    event.cpu = 7
    sent.output(event)
    event.timestamp = 99
    return event.timestamp + event.cpu


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
