# What is not built in says so, and how the types of a whole kernel are given.
# types: built-in
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task
from vmlinux import iwl_trans, task_strukt, task_struct


@bpf
def not_there(trans: iwl_trans) -> c_int64:  # error: [no-kernel-types]
    return 0


@bpf
def misspelt(task: task_strukt) -> c_int64:  # error: [no-kernel-types]
    return 0


@bpf
@section("raw_tp/sys_enter")
def reads(ctx: c_void_p) -> c_int64:  # warning: [built-in-types]
    task = get_current_task()
    a = task.bpf_ctx.run_ctx  # error: [no-kernel-types]
    b = task.pidd  # error: [unknown-field]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
