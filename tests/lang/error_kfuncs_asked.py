# A kfunc that older kernels lack is called where `ksym_exists` has said yes.
# kernel: 6.12
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import ksym_exists, tid
from vmlinux import bpf_task_from_vpid


@bpf
def by_number(number: c_int64) -> c_int64:
    with bpf_task_from_vpid(number) as task:
        return task.pid
    return 0


@bpf
@section("syscall")
def asked(ctx: c_void_p) -> c_int64:
    there = ksym_exists(bpf_task_from_vpid)
    if not there:
        return 0
    with bpf_task_from_vpid(tid()) as task:
        return task.pid
    return by_number(tid())


@bpf
@section("syscall")
def forgotten(ctx: c_void_p) -> c_int64:
    if ksym_exists(bpf_task_from_vpid) and tid() == 1:
        return 1
    with bpf_task_from_vpid(tid()) as task:  # error: [needs-newer-kernel]
        return task.pid
    return 0


@bpf
@section("syscall")
def other_branch(ctx: c_void_p) -> c_int64:
    if ksym_exists(bpf_task_from_vpid):
        return 1
    else:
        with bpf_task_from_vpid(tid()) as task:  # error: [needs-newer-kernel]
            return task.pid
    return 0


@bpf
@section("syscall")
def another_answer(ctx: c_void_p) -> c_int64:
    there = ksym_exists(bpf_task_from_vpid)
    number = (there := tid() > 1) + 1
    if there and number:
        with bpf_task_from_vpid(tid()) as task:  # error: [needs-newer-kernel]
            return task.pid
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
