"""A section that is not one does not hide what is wrong in the body."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tracepoint/syscalls")  # error: [bad-section]
def prog(ctx: c_void_p) -> c_int64:
    if unknown_name:  # error: [unknown-name]
        return
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
