"""Texts of a task are compared where they lie: the first process of all is known by name."""
# kernel: 5.11
# run: prog(ctx=0) == 0
# run: by_hand(ctx=0) == 0
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task, get_current_task_btf


@bpf
@section("raw_tp/sys_enter")
def prog(ctx: c_void_p) -> c_int64:
    task = get_current_task_btf()
    for _ in range(64):
        if task.tgid == 0:
            break
        if task.comm == "swapper/0":
            return 1
        task = task.real_parent
    if task.comm != "swapper/0":
        return 2
    if task.comm == "swapper/1" or task.comm == "swapper" or task.comm == "swapper/00":
        return 3
    if not task.comm.startswith("swap") or task.comm.startswith("wap"):
        return 4
    if task.comm.startswith("swapper/0") and task.comm in ("init", "swapper/0"):
        return 0
    return 5


@bpf
@section("raw_tp/sys_enter")
def by_hand(ctx: c_void_p) -> c_int64:
    """The same through pointers that the verifier does not know."""
    task = get_current_task()
    for _ in range(64):
        if task.tgid == 0:
            break
        task = task.real_parent
    if task.comm == "swapper/0" and not task.comm == "swapper/1":
        return 0
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
