"""`in` over ranges, with bounds known at run time too."""

# run: each(data=64) == 10110
# run: stepped(data=64) == 101
# run: dynamic(data=64) == 1

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
def within(n: c_int64) -> c_int64:
    return 1 if n in range(2, 5) else 0


@bpf
@section("xdp")
def each(ctx: c_void_p) -> c_int64:
    return within(2) * 10000 + within(5) * 1000 + within(4) * 100 + within(3) * 10 + within(-1)


@bpf
@section("xdp")
def stepped(ctx: c_void_p) -> c_int64:
    numbers[1] = 6
    n = numbers[1]
    total = 0
    if n in range(0, 10, 3):
        total += 100
    if n in range(9, 0, -2):
        total += 10
    if n not in range(6):
        total += 1
    return total


@bpf
@section("xdp")
def dynamic(ctx: c_void_p) -> c_int64:
    numbers[2] = 5
    if 4 in range(numbers[2]) and 5 not in range(numbers[2]):
        return 1
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
