"""A counter may be compared with anything for equality, as itself, in a sum, through a
copy, a twin or a function: LLVM may go on with the other number, and the loop still ends."""

# run: sums(data=64) == 7
# run: twins(data=64) == 7
# run: called(data=64) == 3
# run: fields(data=64) == 7
# run: bits(data=64) == 4
# run: ranges(data=64) == 21

from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@bpfglobal
def SEVEN() -> c_int64:
    return c_int64(-7)


@bpf
@struct
class Count:
    n: c_int64
    other: c_int64


@bpf
@section("xdp")
def sums(ctx: c_void_p) -> c_int64:
    i = 0
    while i < 32:
        if i + SEVEN == 0:
            return i
        i += 1
    return 2


@bpf
@section("xdp")
def twins(ctx: c_void_p) -> c_int64:
    away = SEVEN
    i = 0
    twin = 0
    found = 0
    while i < 32:
        copy = twin + away
        if copy == 0:
            found = i
        twin += 1
        i += 1
        if i + away == 20:
            break
    return found


@bpf
def differ(a: c_int64, b: c_int64) -> c_int64:
    return 1 if a + b else 0


@bpf
@section("xdp")
def called(ctx: c_void_p) -> c_int64:
    away = SEVEN
    i = 3
    while i < 32:
        if differ(i, away):
            return i
        i += 1
    return 2


@bpf
@section("xdp")
def fields(ctx: c_void_p) -> c_int64:
    away = SEVEN
    count = Count()
    i = 0
    while i < 32:
        if count.n + away == 0:
            count.other = i
        elif count.n + away == 100:
            return 2
        i += 1
        count.n += 1
    return count.other


@bpf
@section("xdp")
def bits(ctx: c_void_p) -> c_int64:
    away = SEVEN
    left = c_uint64(15)
    turns = 0
    while left:
        if left + away == 100:
            return 2
        if left & 1 == 0:
            return 2
        left >>= 1
        turns += 1
    return turns


@bpf
@section("xdp")
def ranges(ctx: c_void_p) -> c_int64:
    away = SEVEN
    total = 0
    for i in range(-away & 31):
        if i + away == 100:
            return 2
        if i == away:
            break
        total += i
    return total


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
