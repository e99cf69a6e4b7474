"""A loop without a known end may count in a name and leave at a number."""

# kernel: 6.4
# run: counts(data=64) == 2
# map: numbers[3] == 10001
# run: sums(data=64) == 1
# run: large(data=64) == 3

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def counts(ctx: c_void_p) -> c_int64:
    n = 0
    while numbers[1] < 5:
        n += 1
        if n > 10000:
            numbers[3] = n
            return 2
    return 1


@bpf
@section("xdp")
def sums(ctx: c_void_p) -> c_int64:
    n: c_uint32 = 0
    m = 0
    while numbers[1] < 5:
        n += 1
        m += n
        if m == 6:
            m += 1
        if n == 5000:
            break
    return 1 if m == 12502501 else 0


@bpf
@section("xdp")
def large(ctx: c_void_p) -> c_int64:
    n = 0
    for i in range(3000000):
        n += 2
        if n == 4000000:
            return 3
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
