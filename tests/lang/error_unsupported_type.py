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
def by_value(pair: Good) -> c_int64:  # error: [unsupported-type]
    return pair.a


@bpf
def give() -> Good:  # error: [unsupported-type]
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
