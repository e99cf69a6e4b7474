"""The file begins with a byte order mark."""
# run: prog(data=64) == 2

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
