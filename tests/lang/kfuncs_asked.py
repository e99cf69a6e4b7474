# Where the answer of `ksym_exists` was yes: in functions, behind a return, in a variable.
# kernel: 6.12
# needs: function bpf_task_from_pid
# run: asked(ctx=0) == 1
# run: kept(ctx=0) == 1
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import ksym_exists, tid
from vmlinux import bpf_task_from_pid, bpf_task_from_vpid


@bpf
def by_pid() -> c_int64:
    with bpf_task_from_pid(tid()) as task:
        return task.pid == tid()
    return 0


@bpf
def by_vpid() -> c_int64:
    with bpf_task_from_vpid(tid()) as task:
        return task.pid == tid()
    return 0


@bpf
@section("syscall")
def asked(ctx: c_void_p) -> c_int64:
    if not ksym_exists(bpf_task_from_vpid):
        return by_pid()
    return by_vpid()


@bpf
@section("syscall")
def kept(ctx: c_void_p) -> c_int64:
    there = ksym_exists(bpf_task_from_vpid)
    if there and tid() > 0:
        return by_vpid()
    return by_pid()


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
