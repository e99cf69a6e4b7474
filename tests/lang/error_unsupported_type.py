from ctypes import c_double, c_float, c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Pair:
    a: c_uint32
    half: c_float  # error: [unsupported-type]
    name: str  # error: [unsupported-type]


@bpf
@struct
class Good:
    a: c_uint32


@bpf
def give_address(pair: Good) -> c_void_p:  # error: [unsupported-type]
    return 0


@bpf
@section("xdp")
def give(ctx: c_void_p) -> Good:  # error: [unsupported-type]
    return Good()


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    x = c_double(5)  # error: [unsupported-type]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
