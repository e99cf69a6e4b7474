from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section

NONE = 5 - 5


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    x = 5
    a = x / 0  # error: [division-by-zero]
    b = x // NONE  # error: [division-by-zero]
    c = x % 0  # error: [division-by-zero]
    x //= 0  # error: [division-by-zero]
    d = 7 // 0  # error: [division-by-zero]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
