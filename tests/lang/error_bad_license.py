from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section

NAME = "GPL"


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:  # error: [bad-license]
    return NAME
