"""The sum of an array in a map."""

from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Row:
    cells: c_uint32 * 12


@bpf
@map
def rows() -> Array:
    return Array(value=Row, max_entries=1)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    row = rows.lookup(0)
    if not row:
        return 0
    row.cells[3] += 5
    total = 0
    for cell in row.cells:
        total += cell
    return total


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
