# guide: Test incrementally - Verify each component works before combining
# run: map_alone(data=64) == 1
# run: struct_alone(data=64) == 2
# run: combined(data=64) == 3
# map: table[1] == {"count": 3}
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@bpf
@struct
class Entry:
    count: c_uint64


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_uint32, value=Entry, max_entries=4)


@bpf
@section("xdp")
def map_alone(ctx: c_void_p) -> c_int64:
    return 0 if table.lookup(1) else 1


@bpf
@section("xdp")
def struct_alone(ctx: c_void_p) -> c_int64:
    entry = Entry()
    entry.count = 2
    return entry.count


@bpf
@section("xdp")
def combined(ctx: c_void_p) -> c_int64:
    entry = Entry()
    entry.count = 3
    table.update(1, entry)
    kept = table.lookup(1)
    if kept:
        return kept.count
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
