"""Only one process is counted, by its name."""

from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import comm
from pythonbpf.maps import Array


@bpf
@map
def counted() -> Array:
    return Array(value=c_uint64, max_entries=1)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    name: str(16) = ""
    comm(name)
    if name != "nginx":
        return 1
    count = counted.lookup(0)
    if count:
        count[0] += 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
