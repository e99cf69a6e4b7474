"""What `match` cannot do."""

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def patterns(ctx: c_void_p) -> c_int64:
    x = 1
    match x:
        case [1, *rest]:  # error: [type-mismatch, unsupported-statement]
            return 1
        case {1: 2}:  # error: [unsupported-statement]
            return 2
        case c_int64(1):  # error: [unsupported-statement]
            return 3
    return 0


@bpf
@section("xdp")
def never(ctx: c_void_p) -> c_int64:
    x = 1
    match x:
        case None:  # error: [type-mismatch]
            return 1
        case 1, 2:  # error: [type-mismatch]
            return 2
        case _:
            return 3


@bpf
@section("xdp")
def unbound(ctx: c_void_p) -> c_int64:
    x = 1
    match x:
        case 1:
            y = 2
    return y  # error: [maybe-unbound]


@bpf
@section("xdp")
def twice(ctx: c_void_p) -> c_int64:
    x = 1
    match x, 2:
        case 1, 2, 3:  # error: [type-mismatch]
            return 1
        case (a, 1) | (1, a):  # error: [unsupported-statement]
            return a
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
