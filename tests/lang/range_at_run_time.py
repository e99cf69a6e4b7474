"""Ranges whose numbers are known at run time only."""

# run: masked(data=64) == 10
# run: narrow(data=64) == 190
# run: smallest(data=64) == 6
# run: stepped(data=64) == 18
# run: falls(data=64) == 9
# run: empty(data=64) == 1
# run: last(data=64) == 4

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def masked(ctx: c_void_p) -> c_int64:
    numbers[0] = 5
    total = 0
    for i in range(numbers[0] & 7):
        total += i
    return total


@bpf
@section("xdp")
def narrow(ctx: c_void_p) -> c_int64:
    numbers[1] = 20
    n = c_uint8(numbers[1])
    total = 0
    for i in range(n):
        total += i
    return total


@bpf
@section("xdp")
def smallest(ctx: c_void_p) -> c_int64:
    numbers[2] = 1000
    total = 0
    for i in range(min(numbers[2], 4)):
        total += i
    return total


@bpf
@section("xdp")
def stepped(ctx: c_void_p) -> c_int64:
    numbers[3] = 10
    n = numbers[3] & 15
    total = 0
    for i in range(2, n, 3):
        total += i + 1
    return total


@bpf
@section("xdp")
def falls(ctx: c_void_p) -> c_int64:
    numbers[4] = 6
    n = c_uint8(numbers[4])
    total = 0
    for i in range(n, 0, -2):
        total = total * 2 + 1
        if i < 3:
            total += 2
    return total


@bpf
@section("xdp")
def empty(ctx: c_void_p) -> c_int64:
    numbers[5] = 0
    n = c_uint8(numbers[5])
    for i in range(n):
        return 3
    else:
        return 1


@bpf
@section("xdp")
def last(ctx: c_void_p) -> c_int64:
    numbers[6] = 5
    n = c_uint8(numbers[6])
    i = 0
    for i in range(n):
        pass
    return i

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
