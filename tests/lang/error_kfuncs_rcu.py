# Members that RCU does not protect, and programs that may sleep, which do not hold it.
# kernel: 6.12
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task_btf
from vmlinux import bpf_task_acquire, bpf_task_release


@bpf
@section("tp_btf/sched_switch")
def members(ctx: c_void_p, preempt, prev, next) -> c_int64:
    with bpf_task_acquire(next.parent) as task:  # error: [untrusted-pointer]
        pass
    with bpf_task_acquire(next.pi_top_task) as task:  # error: [untrusted-pointer]
        pass
    # Once from the kernel's hand, once from nobody's.
    chosen = next
    for _ in range(2):
        with bpf_task_acquire(chosen) as task:  # error: [null-pointer]
            pass
        chosen = chosen.parent
    return 0


@bpf
@section("lsm.s/bprm_check_security")
def sleeps(ctx: c_void_p, bprm) -> c_int64:
    task = get_current_task_btf()
    with bpf_task_acquire(task.real_parent) as parent:  # error: [untrusted-pointer]
        pass
    with bpf_task_acquire(task) as parent:
        pass
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
