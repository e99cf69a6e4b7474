# run: prog(data=64) == 2
# map: out[0] == 8
# map: out[1] == 3
# map: out[2] == 10
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
from pythonbpf.maps import Array


@bpf
@bpfglobal
def CALLS() -> c_uint32:
    return 0


@bpf
def next_index() -> c_uint32:
    global CALLS
    CALLS += 1
    return CALLS


@bpf
@struct
class Cell:
    n: c_uint32


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    words = (c_uint32 * 8)()
    words[next_index() & 7] += 5
    words[next_index() & 7] += 3
    total = 0
    for word in words:
        total += word
    out[0] = total
    cells = (Cell * 8)()
    cells[next_index() & 7].n += 1
    out[1] = CALLS
    i = random() & 0 | 1
    words[i & 7] += (i := 5)
    out[2] = words[1]
    return 2

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
