"""How the running task ends, from five members of its struct."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task


@bpf
@section("tc")
def prog(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    ends = task.exit_state + task.exit_code + task.exit_signal
    if ends + task.pid + task.tgid == 1:
        return 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
