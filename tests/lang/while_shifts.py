"""Numbers that are shifted until nothing is left of them, unknown ones too."""

# run: known(data=64) == 7
# run: unknown(data=64) == 13
# run: narrow(data=64) == 4

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def known(ctx: c_void_p) -> c_int64:
    n: c_uint64 = 100
    bits = 0
    while n:
        n >>= 1
        bits += 1
    return bits


@bpf
@section("xdp")
def unknown(ctx: c_void_p) -> c_int64:
    numbers[1] = 5000
    n = numbers[1]
    bits = 0
    while n != 0:
        bits += 1
        n >>= 1
    return bits


@bpf
@section("xdp")
def narrow(ctx: c_void_p) -> c_int64:
    numbers[2] = 200
    n = c_uint8(numbers[2])
    turns = 0
    while n > 0:
        n >>= 2
        turns += 1
    return turns

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
