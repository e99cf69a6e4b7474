from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    len = 3
    x = len("abc")  # error: [not-callable]
    print = 4
    print("text")  # error: [not-callable]
    return len


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
