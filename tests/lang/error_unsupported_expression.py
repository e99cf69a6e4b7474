from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    a = 1.5  # error: [unsupported-expression]
    b = 2j  # error: [unsupported-expression]
    c = [n for n in range(3)]  # error: [unsupported-expression]
    d = {n for n in range(3)}  # error: [unsupported-expression]
    e = {1: 2}  # error: [unsupported-expression]
    f = lambda: 5  # error: [unsupported-expression]
    g = (1, 2)  # error: [unsupported-expression]
    h = f"{a}"  # error: [unsupported-expression]
    i = (yield)  # error: [unsupported-expression]
    k = str(5)  # error: [unsupported-expression]
    m = range(5)  # error: [unsupported-expression]
    o = ...  # error: [unsupported-expression]
    p = 5 @ 6  # error: [unsupported-expression]
    q = 5 is 6  # error: [unsupported-expression]
    r = 5 in 7  # error: [unsupported-expression]
    s = "a" in "abc"  # error: [unsupported-expression]
    u = print(*ctx)  # error: [unsupported-expression]
    v = min(**ctx)  # error: [unsupported-expression, wrong-arguments]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
