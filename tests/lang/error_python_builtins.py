from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    xs = (c_uint32 * 3)(1, 2, 3)
    total = sum(xs)  # error: [unsupported-expression]
    pairs = sorted(xs)  # error: [unsupported-expression]
    if any((total, pairs)):  # error: [unsupported-expression]
        return pow(2, total)  # error: [unsupported-expression]
    q, r = divmod(total, 3)  # error: [unsupported-expression]
    return round(q) + isinstance(r, int)  # error: [unsupported-expression, unsupported-expression]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
