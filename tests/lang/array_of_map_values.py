# run: prog(data=64) == 1
# run: prog(data=64) == 2
# map: table[0] == {"seen": 2, "last": [0, 0, 2, 0], "total": [0, 0, 0, 0, 10]}
from ctypes import c_int64, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
from pythonbpf.maps import Array


@bpf
@struct
class Stats:
    seen: c_uint32
    last: c_uint16 * 4
    total: c_uint32 * 5


@bpf
@map
def table() -> Array:
    return Array(value=Stats, max_entries=1)


@bpf
@map
def plain() -> Array:
    return Array(value=c_uint64 * 6, max_entries=1)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    stats = table.lookup(0)
    row = plain.lookup(0)
    if not stats or not row:
        return 0
    stats.seen += 1
    zero = random() & 0
    stats.last[(zero + 2) & 3] += 1
    i = zero + 4
    if i < len(stats.total):
        stats.total[i] += 5
    if i < len(row):
        row[i] += 1
        return row[i]
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
