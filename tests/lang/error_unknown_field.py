from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Pair:
    first: c_uint32
    second: c_uint32


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    pair = Pair()
    other = Pair(third=1)  # error: [unknown-field]
    pair.frist = 1  # error: [unknown-field]
    x = 5
    return pair.third + x.real + pair.first.low  # error: [unknown-field, unknown-field, unknown-field]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
