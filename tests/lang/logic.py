# run: prog(data=64) == 2
# map: out[0] == 0
# map: out[1] == 5
# map: out[2] == 3
# map: out[3] == 5
# map: out[4] == 1
# map: out[5] == 0
# map: out[6] == 3
# map: out[7] == 7
# map: out[8] == 1
# map: out[9] == 0
# map: out[10] == 1
# map: out[11] == 1
# map: out[12] == 2
# `and` and `or` give the operand that decides, as in Python; what is not
# needed is not run.
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
def note(value: c_int64) -> c_int64:
    out[12] += 1
    return value


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    zero = out[0]
    three = zero + 3
    five = zero + 5
    out[0] = zero and five
    out[1] = three and five
    out[2] = three or five
    out[3] = zero or five
    out[4] = not zero
    out[5] = not three
    out[6] = zero or three or five
    out[7] = 7 if three < five and not zero else 8
    out[8] = zero < three < five
    out[9] = zero < three > five
    out[10] = bool(three)
    out[11] = three in (1, 2, 3) and three not in (4, 5)
    if zero and note(1):
        return 0
    if three or note(1):
        x = note(1)  # warning: [unused-local]
    if note(0) and note(1):
        return 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
