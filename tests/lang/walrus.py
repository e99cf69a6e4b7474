"""`:=` in tests, loops, calls and prints."""

# run: tests(data=64) == 42
# run: loops(data=64) == 6
# run: both(data=64) == 5
# run: values(data=64) == 9

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def tests(ctx: c_void_p) -> c_int64:
    numbers[1] = 42
    if (found := numbers.lookup(1)):
        return found
    return 0


@bpf
@section("xdp")
def loops(ctx: c_void_p) -> c_int64:
    n = 4
    total = 0
    while (n := n - 1) > 0:
        total += n
    return total


@bpf
@section("xdp")
def both(ctx: c_void_p) -> c_int64:
    numbers[1] = 2
    numbers[2] = 3
    if (a := numbers.lookup(1)) and (b := numbers.lookup(2)):
        return a + b
    return 0


@bpf
@section("xdp")
def values(ctx: c_void_p) -> c_int64:
    total = (x := 4) + x + 1
    return total

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
