"""The leader of the process that started the running one."""

from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task


@bpf
@bpfglobal
def seen() -> c_uint64:
    return 0


@bpf
@section("raw_tp/sys_enter")
def prog(ctx: c_void_p) -> c_int64:
    global seen
    task = get_current_task()
    seen = task.real_parent.group_leader.tgid
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
