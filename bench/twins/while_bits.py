"""A loop with a counter of its own."""

from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@bpfglobal
def NUMBER() -> c_uint64:
    return c_uint64(3735928559)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    number = NUMBER
    turns = 0
    total = 0
    while turns < 32:
        if number & 1:
            total += turns
        number >>= 1
        turns += 1
    return total


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
