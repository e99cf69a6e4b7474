"""A definition without @bpf beside the corrected one: one error, not two."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@section("tracepoint/syscalls/sys_enter_open")  # error: [missing-bpf]
def my_func(ctx: c_void_p) -> c_int64:
    pass


@bpf
@section("tracepoint/syscalls/sys_enter_open")
def my_func(ctx: c_void_p) -> c_int64:
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
