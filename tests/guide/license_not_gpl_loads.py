# guide: Using a non-GPL license may prevent your program from loading or accessing certain kernel features.
# run: prog(data=64) == 2
# What needs no GPL-only helper loads all the same.
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import XDP_PASS


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return XDP_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "Proprietary"
