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
@section("fentry/_printk")  # error: [bad-signature]
def variable(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section("fexit/ns_to_timespec64")  # error: [bad-signature]
def returns_struct(ctx: c_void_p, ns) -> c_int64:
    return 0


@bpf
@section("fentry/ZSTD_checkCParams")  # error: [bad-signature]
def large_struct(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section("fentry/__sys_bpf")  # error: [needs-newer-kernel]
def newer(ctx: c_void_p, cmd) -> c_int64:
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
