from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section

FACTOR = 5


@bpf
@section("xdp")
def other(ctx: c_void_p) -> c_int64:
    return 2


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    x = 5
    a = x()  # error: [not-callable]
    b = x.bit_length()  # error: [not-callable]
    c = FACTOR()  # error: [not-callable]
    d = other(ctx)  # error: [not-callable]
    return a + b + c + d


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
