from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint32, max_entries=8)  # error: [unknown-name]


@bpf
@section("xdp")
def HashMap(ctx: c_void_p) -> c_int64:
    counts[1] = 2
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
