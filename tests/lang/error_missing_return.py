from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
def sometimes(a: c_int64) -> c_int64:  # error: [missing-return]
    if a > 5:
        return 1


@bpf
def always(a: c_int64) -> c_int64:
    if a > 5:
        return 1
    else:
        return 2


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return sometimes(3) + always(4)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
