# run: prog(data=64) == 0
# run: prog(data=64) == 8
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    value = table.lookup(1)
    now = value + value  # warning: [maybe-missing, maybe-missing]
    table.update(1, 4)
    if value:
        now = value + value
    return now


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
