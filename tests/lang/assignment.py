# run: prog(data=64) == 2
# map: out[0] == 2
# map: out[1] == 1
# map: out[2] == 7
# map: out[3] == 7
# map: out[4] == 1
# map: out[5] == 3
# map: out[6] == 1
# map: out[7] == 2
# map: out[8] == 44
# map: out[9] == 300
# map: out[10] == 1
# map: out[11] == 1
from ctypes import c_int64, c_uint8, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
from pythonbpf.maps import Array


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint32


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=12)


@bpf
def next_number() -> c_int64:
    out[4] += 1
    return 7


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    a, b = 1, 2
    a, b = b, a
    out[0] = a
    out[1] = b
    # The right side is computed once.
    c = d = next_number()
    out[2] = c
    out[3] = d
    e = f = random()
    out[10] = e == f
    pair, pair.b = Pair(), 3
    out[5] = pair.b
    left = Pair(1, 2)
    right = Pair(2, 1)
    left, right = right, left
    out[6] = right.a
    out[7] = left.a
    byte: c_uint8 = 300  # warning: [truncated-constant]
    out[8] = byte
    word = 300
    out[9] = word
    same = other = Pair(1, 2)
    other.a = 5
    out[11] = same.a
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
