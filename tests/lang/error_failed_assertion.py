from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


LIMIT = 5


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    assert LIMIT > 9, "too small"  # error: [failed-assertion]
    assert LIMIT == 5 and not LIMIT > 9
    assert False  # error: [failed-assertion]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
