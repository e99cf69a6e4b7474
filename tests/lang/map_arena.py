# kernel: 6.9
# expect: loads
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Arena, UserRingBuffer


@bpf
@map
def memory() -> Arena:
    return Arena(max_entries=2)


@bpf
@map
def orders() -> UserRingBuffer:
    return UserRingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    """Maps that user space fills are made."""
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
