"""`bpf_loop` takes no turn that finishes a record which was reserved before the loop."""

# kernel: 5.17

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    record = ring.reserve(c_uint64)
    if not record:
        return 1
    while counts[0] == 0:  # error: [needs-newer-kernel]
        if counts[2] == 4:
            record.discard()
            return 2
    record.submit()
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
