"""`while` whose end the compiler sees, on any kernel."""

# run: up(data=64) == 45
# run: down(data=64) == 55
# run: leaves(data=64) == 10
# run: halves(data=64) == 7
# run: narrow(data=64) == 250
# run: forever(data=64) == 12
# run: unequal(data=64) == 6

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@section("xdp")
def up(ctx: c_void_p) -> c_int64:
    total = 0
    i = 0
    while i < 10:
        total += i
        i += 1
    return total


@bpf
@section("xdp")
def down(ctx: c_void_p) -> c_int64:
    total = 0
    i = 10
    while i:
        total += i
        i -= 1
    return total


@bpf
@section("xdp")
def leaves(ctx: c_void_p) -> c_int64:
    i = 0
    while True:
        if i >= 10:
            break
        i += 1
    return i


@bpf
@section("xdp")
def halves(ctx: c_void_p) -> c_int64:
    n: c_uint64 = 100
    bits = 0
    while n:
        n >>= 1
        bits += 1
    return bits


@bpf
@section("xdp")
def narrow(ctx: c_void_p) -> c_int64:
    n: c_uint8 = 0
    while n < 250:
        n += 1
    return n


@bpf
@section("xdp")
def forever(ctx: c_void_p) -> c_int64:
    i = 0
    total = 0
    while True:
        i += 1
        if i == 2:
            total += 9
            continue
        total += 1
        if i > 3:
            return total


@bpf
@section("xdp")
def unequal(ctx: c_void_p) -> c_int64:
    i = 0
    turns = 0
    while i != 6:
        i += 1
        turns += 1
    return turns

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
