"""`match` on a lookup: what is not `None` is found."""

# run: looks(data=64) == 42
# run: misses(data=64) == 3

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def looks(ctx: c_void_p) -> c_int64:
    numbers[1] = 42
    match numbers.lookup(1):
        case None:
            return 3
        case found:
            return found


@bpf
@section("xdp")
def misses(ctx: c_void_p) -> c_int64:
    match numbers.lookup(9):
        case None:
            return 3
        case found:
            return found

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
