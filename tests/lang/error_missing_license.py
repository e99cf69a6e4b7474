from ctypes import c_int64, c_void_p

from pythonbpf import bpf, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:  # error: [missing-license]
    return 2


def LICENSE() -> str:
    return "GPL"
