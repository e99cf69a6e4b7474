"""Signed division by a constant, and by a number that is never zero."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@bpfglobal
def LEFT() -> c_int64:
    return c_int64(-1000)


@bpf
@bpfglobal
def RIGHT() -> c_int64:
    return c_int64(7)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    left = LEFT
    right = RIGHT
    if right <= 0:
        return 0
    return left // 10 + left % 8 + left // right + left % right + 400


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
