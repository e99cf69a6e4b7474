"""An index that a comparison proves."""

from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@bpfglobal
def WHERE() -> c_uint64:
    return c_uint64(5)


@bpf
@map
def rows() -> Array:
    return Array(value=c_uint64 * 8, max_entries=1)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    row = rows.lookup(0)
    if not row:
        return 0
    i = WHERE
    if i < 8:
        row[i] += 3
        return row[i]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
