# run: prog(data=64) == 0
# map: out[0] == 0
# map: out[1] == 0
# map: out[2] == 0
# map: out[3] == 0
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import random
from pythonbpf.maps import Array


@bpf
def walrus(a: c_uint64, n: c_uint64) -> c_uint32:
    words = (c_uint32 * 4)(1, 2, 3, 4)
    i = 3
    if a and (i := n):
        pass
    return words[i]  # warning: [unchecked-index]


@bpf
def choice(a: c_uint64, n: c_uint64) -> c_uint32:
    words = (c_uint32 * 4)(1, 2, 3, 4)
    i = 3
    x = (i := n) if a else 0
    return words[i] + x * 0  # warning: [unchecked-index]


@bpf
def looped(n: c_uint64) -> c_uint32:
    words = (c_uint32 * 4)(1, 2, 3, 4)
    i = 0
    last = 0
    for turn in range(8):
        last = words[i]  # warning: [unchecked-index]
        i += n
    return last


@bpf
def reassigned(n: c_uint64) -> c_uint32:
    words = (c_uint32 * 4)(1, 2, 3, 4)
    i = n
    if i < 4:
        i = i + n
        return words[i]  # warning: [unchecked-index]
    return 9


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    three = random() & 0 | 3
    out[0] = walrus(three, three + 1)
    out[1] = choice(three, three + 1)
    out[2] = looped(three)
    out[3] = reassigned(three)
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
