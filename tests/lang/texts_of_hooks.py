"""Texts of what a hook passes by type are compared where they lie, by every verifier."""
# expect: loads
from ctypes import c_int32, c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from vmlinux import linux_binprm, task_struct


@bpf
@section("tp_btf/sched_process_exec")
def prog(ctx: c_void_p, task: task_struct, old: c_int32, binary: linux_binprm) -> c_int64:
    if task.comm == "a-name-of-15-by" or task.real_parent.comm.startswith("system"):
        return 1
    return task.group_leader.comm == "x"


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
