from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
def itself(a: c_int64) -> c_int64:
    return itself(a - 1)  # error: [recursion]


@bpf
def even(a: c_int64) -> c_int64:
    return odd(a - 1)


@bpf
def odd(a: c_int64) -> c_int64:
    return even(a - 1)  # error: [recursion]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return itself(3) + even(4)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
