"""A name that nothing reads."""

# run: prog(data=64) == 3

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    left = 1  # warning: [unused-local]
    _meant = 2
    count = 0
    for turn in range(3):
        count += 1
    first, second = count, 5
    again: c_uint32 = 4  # warning: [unused-local]
    return first

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
