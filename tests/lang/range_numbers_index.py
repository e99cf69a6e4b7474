"""What a range at run time can count is known to lie inside an array."""

# run: triangle(data=64) == 120
# run: steps(data=64) == 5

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def triangle(ctx: c_void_p) -> c_int64:
    a = (c_uint8 * 16)()
    total = 0
    for i in range(1, 16):
        for j in range(i, 16):
            a[j] += 1
    for x in a:
        total += x
    return total


@bpf
@section("xdp")
def steps(ctx: c_void_p) -> c_int64:
    numbers[1] = 3
    n = numbers[1]
    a = (c_uint32 * 64)()
    for j in range(n & 7, 64, (n & 3) + 1):
        a[j] = 5
    for j in range(63, n & 7, -2):
        a[j] += 1
    return a[7] - 1

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
