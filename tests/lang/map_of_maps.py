# run: prog(data=64) == 2
# map: out[0] == 5
# map: out[1] == 12
# map: out[2] == 0
# map: out[3] == -1
# map: out[4] == 1
# map: out[5] == 30
# map: first[7] == 12
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, ArrayOfMaps, HashMap, HashOfMaps


@bpf
@map
def first() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def second() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def row() -> Array:
    return Array(value=c_uint64, max_entries=4)


@bpf
@map
def tables() -> ArrayOfMaps:
    return ArrayOfMaps(inner=first, max_entries=4, values=[first, None, second])


@bpf
@map
def rows() -> HashOfMaps:
    return HashOfMaps(
        key=c_uint32,
        inner=Array(value=c_uint64, max_entries=4),
        max_entries=4,
        values=[row],
    )


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    """Maps in maps: a lookup gives a map, or nothing."""
    first[7] = 5
    table = tables.lookup(0)
    if table:
        out[0] = table[7]
        table[7] += 6
        table.update(8, 1)
        entry = table.lookup(7)
        if entry:
            entry[0] += 1
        out[1] = table.get(7, 99)
        del table[8]
        out[2] = 8 in table
    if not tables.lookup(1):
        out[3] = -1
    out[4] = 2 in tables
    line = rows.lookup(0)
    if line is None:
        return 1
    line[3] = 30
    out[5] = row[3]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
