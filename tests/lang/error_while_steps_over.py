"""A counter without a sign that steps over 0 goes on from its largest value."""

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@section("xdp")
def steps(ctx: c_void_p) -> c_int64:
    left: c_uint64 = 20
    while left > 0:  # error: [needs-newer-kernel]
        left -= 3
    return 2

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
