from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return 2


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:  # error: [duplicate-definition]
    return 1


@bpf
@struct
class prog:  # error: [duplicate-definition]
    pid: c_uint32


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
