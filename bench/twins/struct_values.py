"""Statistics in a struct for each key, made when the key is new."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import ktime
from pythonbpf.maps import HashMap


@bpf
@struct
class Statistics:
    first: c_uint64
    last: c_uint64
    count: c_uint64
    longest: c_uint64


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_uint32, value=Statistics, max_entries=64)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    now = ktime()
    row = table.lookup(3)
    if not row:
        table.update(3, Statistics(first=now, last=now, count=1))
        return 1
    between = now - row.last
    if between > row.longest:
        row.longest = between
    row.last = now
    row.count += 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
