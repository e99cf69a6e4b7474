"""Arguments with the types that the kernel's BTF gives them."""
# expect: loads
from ctypes import c_bool, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap
from vmlinux import task_struct


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("tp_btf/sched_switch")
def typed(ctx: c_void_p, preempt, prev, next) -> c_int64:
    if not preempt:
        seen[1] = prev.pid
        seen[2] = next.tgid
    return 0


@bpf
@section("tp_btf/sched_switch")
def annotated(ctx: c_void_p, preempt: c_bool, prev: task_struct) -> c_int64:
    seen[3] = prev.pid
    return 0


@bpf
@section("raw_tp/sched_switch")
def untrusted(ctx: c_void_p, preempt: c_bool, prev: task_struct) -> c_int64:
    seen[4] = prev.pid
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
