import pythonbpf as p
from ctypes import c_int64, c_void_p


@p.section("xdp")
@p.bpf  # error: [decorator-order]
def prog(ctx: c_void_p) -> c_int64:
    return 2


@p.bpf
@p.bpfglobal
def LICENSE() -> str:
    return "GPL"
