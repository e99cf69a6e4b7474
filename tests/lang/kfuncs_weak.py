# A kfunc that not every kernel has is asked for first.
# kernel: 6.12
# needs: function bpf_task_from_pid
# run: asked(ctx=0) == 1
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import ksym_exists, tid
from vmlinux import bpf_task_from_pid, bpf_task_from_vpid


@bpf
@section("syscall")
def asked(ctx: c_void_p) -> c_int64:
    if ksym_exists(bpf_task_from_vpid):
        with bpf_task_from_vpid(tid()) as task:
            return task.pid == tid()
    with bpf_task_from_pid(tid()) as task:
        return task.pid == tid()
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
