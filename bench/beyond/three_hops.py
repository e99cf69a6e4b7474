"""The process two above the running one, by its number."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task_btf


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    if get_current_task_btf().real_parent.real_parent.tgid == 1:
        return 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
