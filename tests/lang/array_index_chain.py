# run: prog(data=64) == 3
# map: out[0] == 1
# map: out[1] == 6
from ctypes import c_int64, c_uint8, c_uint16, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
from pythonbpf.maps import Array


@bpf
@struct
class Row:
    cells: c_uint16 * 3


@bpf
@struct
class Grid:
    rows: Row * 4
    flat: (c_uint8 * 2) * 3


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
def cell(i: c_uint32, j: c_uint32) -> c_uint32:
    grid = Grid()
    grid.rows[1].cells[2] = 5
    if 0 <= i < 4 and j < 3:  # warning: [constant-comparison]
        grid.rows[i].cells[j] += 1
        return grid.rows[i].cells[j]
    return 0


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    zero = random() & 0
    out[0] = cell(zero, zero + 1)
    out[1] = cell(zero + 1, zero + 2)
    grid = Grid()
    i = zero + 2
    if i < 3:
        grid.flat[i][1] = 3
    return grid.flat[2][1] + cell(zero + 4, 0) + cell(0, zero + 3)

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
