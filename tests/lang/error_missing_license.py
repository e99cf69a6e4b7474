from ctypes import c_int64, c_void_p

from pythonbpf import bpf, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return 2


def LICENSE() -> str:  # error: [missing-license]
    return "GPL"
