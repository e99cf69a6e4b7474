"""`match` on tuples, a name given to a part."""

# run: tuples(data=64) == 1234

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
def kind(a: c_uint64, b: c_uint64) -> c_uint64:
    match a, b:
        case 0, 0:
            return 1
        case 0, _:
            return 2
        case x, 5:
            return x
        case (1 | 2) as low, high if low < high:
            return 4
        case _:
            return 9


@bpf
@section("xdp")
def tuples(ctx: c_void_p) -> c_int64:
    return kind(0, 0) * 1000 + kind(0, 7) * 100 + kind(3, 5) * 10 + kind(1, 9)

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
