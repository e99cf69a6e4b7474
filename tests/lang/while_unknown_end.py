"""A `while` whose end nothing shows is walked by the kernel's iterator."""

# kernel: 6.4
# run: collatz(data=64) == 111
# run: drains(data=64) == 3
# run: returns(data=64) == 5
# map: numbers[1] == 77

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
def steps(start: c_uint64) -> c_uint64:
    n = start
    count = c_uint64(0)
    while n != 1:
        if n & 1:
            n = 3 * n + 1
        else:
            n >>= 1
        count += 1
    return count


@bpf
@section("xdp")
def collatz(ctx: c_void_p) -> c_int64:
    numbers[0] = 27
    return steps(numbers[0])


@bpf
@section("xdp")
def drains(ctx: c_void_p) -> c_int64:
    numbers[1] = 80
    turns = 0
    while numbers[1] > 77:
        numbers[1] -= 1
        turns += 1
    return turns


@bpf
@section("xdp")
def returns(ctx: c_void_p) -> c_int64:
    numbers[2] = 0
    while True:
        numbers[2] += 1
        if numbers[2] == 5:
            return numbers[2]

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
