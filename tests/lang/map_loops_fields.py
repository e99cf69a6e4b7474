"""A field of a struct, or an element of an array, may count in a loop over a map."""

# kernel: 5.13
# run: field(data=64) == 45
# run: nested(data=64) == 23
# run: passed(data=64) == 30
# run: elements(data=64) == 13
# run: twice(data=64) == 16

from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Inner:
    small: c_uint8
    large: c_int64


@bpf
@struct
class Count:
    turns: c_uint32
    inner: Inner


@bpf
@map
def numbers() -> Array:
    return Array(value=c_uint64, max_entries=2000)


@bpf
@section("xdp")
def field(ctx: c_void_p) -> c_int64:
    count = Count()
    total = 0
    for key in numbers:
        if count.turns == 10:
            break
        total += key
        count.turns += 1
    else:
        return 1
    return total


@bpf
@section("xdp")
def nested(ctx: c_void_p) -> c_int64:
    count = Count(3)
    for value in numbers.values():
        count.inner.large += 1
        count.inner.small = count.inner.small + 1
        if count.inner.large > 1100:
            return count.turns if value[0] == 0 else 1
        if count.inner.small > 250:
            count.turns += 1
    return count.turns


@bpf
def step(count: Count) -> c_int64:
    count.turns += 1
    return 0


@bpf
@section("xdp")
def passed(ctx: c_void_p) -> c_int64:
    count = Count(20)
    for key in numbers:
        step(count)
        if count.turns >= 30:
            break
    return count.turns


@bpf
@section("xdp")
def elements(ctx: c_void_p) -> c_int64:
    seen = (c_uint32 * 2)()
    for key in numbers:
        seen[1] += 2
        seen[0] += 1
        if seen[0] + seen[1] > 36:
            break
    return seen[0]


@bpf
@section("xdp")
def twice(ctx: c_void_p) -> c_int64:
    count = Count()
    for key in numbers:
        for other in numbers:
            count.turns += 1
            if count.turns & 7 == 0:
                break
        if count.turns > 10:
            break
    return count.turns


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
