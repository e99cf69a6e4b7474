"""Division by numbers that may be zero, for which BPF's one instruction gives 0."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@bpfglobal
def LEFT() -> c_uint64:
    return c_uint64(1000)


@bpf
@bpfglobal
def RIGHT() -> c_uint64:
    return c_uint64(7)


@bpf
@bpfglobal
def ZERO() -> c_uint32:
    return c_uint32(0)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    left = LEFT
    right = RIGHT
    zero = ZERO
    small = c_uint32(left)
    return left // right + left % right + left // zero + left % zero + small // zero


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
