from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    with ctx as c:  # error: [unsupported-statement]
        pass
    try:  # error: [unsupported-statement]
        pass
    finally:
        pass
    raise ValueError  # error: [unsupported-statement]
    import math  # error: [unsupported-statement]
    def inner():  # error: [unsupported-statement]
        pass
    class Inner:  # error: [unsupported-statement]
        pass
    nonlocal_name = 5
    del nonlocal_name  # error: [unsupported-statement]
    for item in (1, 2, 3):
        pass
    for a, b in range(3):  # error: [unsupported-statement]
        pass
    ctx.field: c_int64 = 5  # error: [unsupported-statement]
    return 2


@bpf
async def later(a: c_int64) -> c_int64:  # error: [unsupported-statement]
    return a


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
