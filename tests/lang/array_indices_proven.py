# run: prog(data=64) == 2
# map: out[0] == 140
# map: out[1] == 7
# map: out[2] == 7
# map: out[3] == 3
# map: out[4] == 11
# map: out[5] == 1
# map: out[6] == 9
from ctypes import c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import random
from pythonbpf.maps import Array


@bpf
def below(i: c_uint64) -> c_int64:
    odd = (c_uint32 * 5)(1, 2, 3, 4, 5)
    if i < 5:
        return odd[i] + 8
    return odd[0]


@bpf
def early(i: c_int32) -> c_int64:
    odd = (c_uint16 * 5)(1, 2, 3, 4, 5)
    if i < 0 or i >= 5:
        return 9
    return odd[i]


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    squares = (c_uint32 * 8)()
    total = 0
    for i in range(8):
        squares[i] = i * i
    for i in range(7, -1, -1):
        total += squares[i]
    out[0] = total
    table: c_uint8 * 256
    byte = c_uint8(random())
    table[byte] = 7
    out[1] = table[byte]
    j = random() & 7
    squares[j] = 7
    out[2] = squares[j]
    k = min(random(), 7)
    squares[k] = 3
    out[3] = squares[k]
    out[4] = below(2)
    out[5] = below(5)
    out[6] = early(-1)
    n = random() % 8
    squares[n] = 2
    return squares[n]

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
