import functools
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@bpf
@map
@section("xdp")  # error: [decorator-conflict]
def two_roles(ctx: c_void_p) -> c_int64:  # error: [bad-map-definition, bad-signature]
    return 2


@bpf
@struct  # error: [decorator-conflict]
def not_a_class() -> c_int64:
    return 2


@bpf
@map  # error: [decorator-conflict]
class NotAFunction:
    pid: c_uint32


@bpf  # error: [decorator-conflict]
class NoRole:
    pid: c_uint32


@bpf()  # error: [decorator-conflict]
@section("xdp")
def called(ctx: c_void_p) -> c_int64:
    return 2


@bpf
@functools.cache  # error: [decorator-conflict]
@section("xdp")
def cached(ctx: c_void_p) -> c_int64:
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
