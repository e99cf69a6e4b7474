"""`else` of a `while` runs when the test fails, and not after `break`."""

# run: ended(data=64) == 103
# run: broken(data=64) == 2
# run: nested(data=64) == 12

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@section("xdp")
def ended(ctx: c_void_p) -> c_int64:
    i = 0
    while i < 3:
        i += 1
    else:
        i += 100
    return i


@bpf
@section("xdp")
def broken(ctx: c_void_p) -> c_int64:
    i = 0
    while i < 3:
        if i == 2:
            break
        i += 1
    else:
        i += 100
    return i


@bpf
@section("xdp")
def nested(ctx: c_void_p) -> c_int64:
    total = 0
    i = 0
    while i < 3:
        j = 0
        while j < 4:
            j += 1
            if j == 2:
                continue
            if i == 1:
                break
            total += 1
        i += 1
        total += 2
    return total

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
