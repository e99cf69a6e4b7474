# guide: Understand Compilation to see how code is transformed
# run: prog(data=64) == 10
# Names, calls and loops become one verified program.
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
def double(value: c_int64) -> c_int64:
    return value + value


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    total = 0
    for step in range(5):
        total += step
    return double(total) // 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
