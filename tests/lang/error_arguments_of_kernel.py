# Arguments that are functions, and structs in registers.
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tp_btf/cpuhp_enter")
def entered(ctx: c_void_p, cpu, target, step, function) -> c_int64:
    a = c_uint64(function)  # error: [bad-signature]
    return cpu + target


@bpf
@section("tp_btf/tmigr_group_set_cpu_active")
def active(ctx: c_void_p, group, state, mask) -> c_int64:  # error: [bad-signature]
    return mask


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
