"""Loops that are too dear to walk through become the kernel's iterator."""

# kernel: 6.4
# run: dear(data=64) == 90000
# run: nested(data=64) == 1000000

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def dear(ctx: c_void_p) -> c_int64:
    numbers[1] = 3
    total = 0
    for i in range(30000):
        if numbers.get(1, 0) == 3:
            total += numbers[1]
        elif numbers.get(2, 0) > i:
            total += i
    return total


@bpf
@section("xdp")
def nested(ctx: c_void_p) -> c_int64:
    numbers[4] = 0
    for i in range(1000):
        for j in range(1000):
            numbers[4] += 1
    return numbers[4]

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
