"""Only one process is counted, by its name, which is read where it lies."""

from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import get_current_task_btf
from pythonbpf.maps import Array


@bpf
@map
def counted() -> Array:
    return Array(value=c_uint64, max_entries=1)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    if get_current_task_btf().comm != "nginx":
        return 1
    count = counted.lookup(0)
    if count:
        count[0] += 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
