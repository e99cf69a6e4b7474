# The address of what the verifier trusts is a number like any other.
# kernel: 5.11
# run: numbers(ctx=0) == 0
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task, get_current_task_btf
from vmlinux import task_struct


@bpf
@bpfglobal
def seen() -> c_uint64:
    return 0


@bpf
@section("raw_tp/sys_enter")
def numbers(ctx: c_void_p) -> c_int64:
    global seen
    task = get_current_task_btf()
    plain = c_uint64(get_current_task())
    kept = c_uint64(task)
    if kept != plain or c_uint64(task) + 8 - plain != 8:
        return 1
    seen = 5
    seen += c_uint64(task)
    if seen != plain + 5:
        return 2
    if kept * 3 != plain * 3 or kept >> 12 != plain >> 12 or kept & 4095 != plain & 4095:
        return 3
    if c_uint32(task) + 1 != c_uint32(plain) + 1 or ~kept != ~plain or -kept != -plain:
        return 4
    leader = c_uint64(task.group_leader)
    if leader - kept != c_uint64(get_current_task().group_leader) - plain:
        return 5
    total: c_uint64 = 0
    for i in range(4):
        total += kept ^ i
    if total == 0 or (kept ^ 3) != (plain ^ 3) or 7 - kept != 7 - plain:
        return 6
    if task_struct(kept + seen - seen).pid != task.pid:
        return 7
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
