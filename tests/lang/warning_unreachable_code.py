# run: prog(data=64) == 2
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    for i in range(3):
        continue
        i = 5  # warning: [unreachable-code, unused-local]
    return 2
    return 3  # warning: [unreachable-code]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
