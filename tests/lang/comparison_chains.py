"""Later operands of a chain are evaluated only if the first part holds."""

# run: stops(data=64) == 0
# map: numbers[3] == 1

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
def counted(n: c_uint64) -> c_uint64:
    numbers[3] += 1
    return n


@bpf
@section("xdp")
def stops(ctx: c_void_p) -> c_int64:
    if 5 < 3 < counted(9):
        return 1
    if 1 < counted(2) < 2 < counted(7):
        return 2
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
