"""A loop in a loop, left early."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@bpfglobal
def LIMIT() -> c_int64:
    return c_int64(20)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    limit = LIMIT
    total = 0
    for i in range(8):
        for j in range(8):
            if i * j > limit:
                break
            total ^= i + j
    return total


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
