# run: prog(data=64) == 5
"""Locals may have names in any script; only the kernel's own names are ASCII."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    größe = 2
    число = 3
    ﬁn = größe + число
    return fin


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
