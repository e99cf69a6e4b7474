# guide: Return types must be BPF-compatible
from ctypes import c_double, c_float, c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint32


@bpf
def a_float() -> c_float:  # error: [unsupported-type]
    return 1


@bpf
def a_struct() -> Pair:
    return Pair()


@bpf
def a_text() -> str(16):
    return "no"


@bpf
def a_list() -> list:  # error: [unknown-type]
    return 1


@bpf
@section("xdp")
def a_double(ctx: c_void_p) -> c_double:  # error: [unsupported-type]
    return 2


@bpf
@section("xdp")
def nothing(ctx: c_void_p) -> None:  # error: [bad-signature]
    pass


@bpf
@section("xdp")
def wrong_kind(ctx: c_void_p) -> c_int64:
    return "two"  # error: [type-mismatch]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
