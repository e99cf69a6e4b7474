# kernel: 6.2
# needs: helper cgrp_storage_get
# run: prog(ctx=0) == 0
# map: out[0] == 7
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import get_current_task_btf
from pythonbpf.maps import Array, CgrpStorage


@bpf
@map
def marks() -> CgrpStorage:
    return CgrpStorage(value=c_uint64)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("raw_tp/sys_enter")
def prog(ctx: c_void_p) -> c_int64:
    """What control groups have."""
    task = get_current_task_btf()
    group = task.cgroups.dfl_cgrp
    mark = marks.get(group, create=True)
    if mark:
        mark[0] = 7
    again = marks.get(group)
    if again:
        out[0] = again
    marks.delete(group)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
