# Arguments of tracepoints that may be null read as 0 then; those that are functions may be named.
# expect: loads
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@bpfglobal
def seen() -> c_uint64:
    return 0


@bpf
@section("tp_btf/sched_pi_setprio")
def lent(ctx: c_void_p, task, giver) -> c_int64:
    global seen
    seen = task.pid
    seen += giver.pid
    if giver:
        seen += giver.tgid
    return 0


@bpf
@section("tp_btf/cpuhp_enter")
def entered(ctx: c_void_p, cpu, target, step, function) -> c_int64:
    global seen
    seen = cpu + target + step
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
