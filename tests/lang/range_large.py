"""Ranges of many turns are walked by the kernel's iterator."""

# kernel: 6.4
# run: many(data=64) == 1999999
# run: any_number(data=64) == 300000
# run: step_at_run_time(data=64) == 30

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def many(ctx: c_void_p) -> c_int64:
    last = 0
    for i in range(2000000):
        last = i
    return last


@bpf
@section("xdp")
def any_number(ctx: c_void_p) -> c_int64:
    numbers[0] = 300000
    count = 0
    for i in range(numbers[0]):
        count += 1
    return count


@bpf
@section("xdp")
def step_at_run_time(ctx: c_void_p) -> c_int64:
    numbers[1] = 5
    step = numbers[1]
    total = 0
    for i in range(0, 20, step):
        total += i
    return total

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
