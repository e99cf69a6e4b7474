from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@section("xdp")
def two_parameters(ctx: c_void_p, more: c_int64) -> c_int64:  # error: [bad-signature]
    return 2


@bpf
@section("xdp")
def not_a_pointer(ctx: c_uint32) -> c_int64:  # error: [bad-signature]
    return 2


@bpf
@section("xdp")
def returns_nothing(ctx: c_void_p) -> None:  # error: [bad-signature]
    return


@bpf
def keyword_only(*, a: c_int64) -> c_int64:  # error: [bad-signature]
    return a


@bpf
def starred(*a: c_int64) -> c_int64:  # error: [bad-signature]
    return 0


@bpf
@map
def table(size) -> HashMap:  # error: [bad-signature]
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@bpfglobal
def LIMIT(a: c_int64) -> int:  # error: [bad-signature]
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
