# guide: The @section(name) decorator specifies which kernel hook to attach the BPF program to.
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tracepiont/syscalls/sys_enter_open")  # error: [bad-section]
def slip(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section("nothing/like/it")  # error: [bad-section]
def unheard_of(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section("tracepoint/syscalls")  # error: [bad-section]
def no_event(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section()  # error: [bad-section]
def empty(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section  # error: [bad-section]
def bare(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section("")  # error: [bad-section]
def blank(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
