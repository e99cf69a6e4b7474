# What RCU protects is given to kfuncs that take it: members of what is trusted.
# kernel: 6.12
# needs: function bpf_task_acquire
# expect: loads
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task_btf
from vmlinux import (
    bpf_cgroup_acquire,
    bpf_cgroup_release,
    bpf_cpumask_first,
    bpf_task_acquire,
    bpf_task_release,
)


@bpf
@bpfglobal
def seen() -> c_uint64:
    return 0


@bpf
@section("tp_btf/sched_switch")
def parents(ctx: c_void_p, preempt, prev, next) -> c_int64:
    global seen
    with bpf_task_acquire(next.real_parent) as parent:
        seen = parent.tgid
    leader = prev.group_leader
    with bpf_task_acquire(leader.real_parent) as parent:
        seen += parent.tgid
    seen += bpf_cpumask_first(next.cpus_ptr)
    return 0


@bpf
@section("tp_btf/sys_enter")
def groups(ctx: c_void_p, regs, id) -> c_int64:
    task = get_current_task_btf()
    group = bpf_cgroup_acquire(task.cgroups.dfl_cgrp)
    if group:
        bpf_cgroup_release(group)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
