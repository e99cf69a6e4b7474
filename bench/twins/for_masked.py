"""A loop whose number of turns is known at run time only."""

from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@bpfglobal
def TURNS() -> c_uint64:
    return c_uint64(1000037)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    total = 0
    for i in range(TURNS & 63):
        total ^= i * i
    return total


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
