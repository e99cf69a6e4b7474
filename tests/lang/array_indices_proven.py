# run: prog(data=64) == 2
# map: out[0] == 140
# map: out[1] == 7
# map: out[2] == 7
# map: out[3] == 3
# map: out[4] == 11
# map: out[5] == 1
# map: out[6] == 9
# map: out[7] == 3333
# map: out[8] == 1344
# map: out[9] == 31
# map: out[10] == 3530
# map: out[11] == 24
from ctypes import c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import random
from pythonbpf.maps import Array, RingBuffer


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
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
def falling(n: c_uint64) -> c_int64:
    four = (c_int32 * 4)(1, 10, 100, 1000)
    five = (c_int64 * 5)(1, 2, 4, 8, 16)
    # What is sent keeps the loops loops.
    for i in range(11, -1, -1):
        ring.output(n)
        out[7] += four[i // 3]
        out[8] += four[i % 7 // 2]
    for i in range(9, 0, -2):
        ring.output(n)
        out[9] += five[c_uint32(i * 2 // 3) % 5]
    for i in range(11, 0, -1):
        ring.output(n)
        out[10] += four[(i - 6) // 3 + 2]
    for i in range(4, 0, -1):
        ring.output(n)
        out[11] += five[4 // i]
    return 0


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
    falling(random())
    n = random() % 8
    squares[n] = 2
    return squares[n]

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
