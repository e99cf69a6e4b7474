"""`match` on numbers: literals, `|`, guards, names and `_`."""

# run: each(data=64) == 12345
# run: guards(data=64) == 312
# run: no_case(data=64) == 9

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
def kind(n: c_uint64) -> c_uint64:
    match n:
        case 0:
            return 1
        case 1 | 2:
            return 2
        case 5 | 6 | 7:
            return 3
        case -1:  # warning: [constant-comparison]
            return 4
        case _:
            return 5


@bpf
def guarded(n: c_uint64) -> c_uint64:
    match n:
        case 3 if n > 5:
            return 9
        case small if small < 4:
            return small
        case other if other == 10:
            return 1
        case other:
            return other - 20


@bpf
@section("xdp")
def each(ctx: c_void_p) -> c_int64:
    return kind(0) * 10000 + kind(2) * 1000 + kind(6) * 100 + kind(c_uint64(-1)) * 10 + kind(99)


@bpf
@section("xdp")
def guards(ctx: c_void_p) -> c_int64:
    return guarded(3) * 100 + guarded(10) * 10 + guarded(22)


@bpf
@section("xdp")
def no_case(ctx: c_void_p) -> c_int64:
    x = 9
    match x:
        case 1:
            x = 2
        case 2:
            x = 3
    return x

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
