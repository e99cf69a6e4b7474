from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Start:
    pid: c_uint32
    cpu: c_uint32


@bpf
@struct
class End:
    pid: c_uint32
    code: c_uint32


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    start = Start()
    end = End()
    word = c_uint32(5)
    ring.output(start)
    ring.output(word)
    ring.output(end)  # error: [ambiguous-event]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
