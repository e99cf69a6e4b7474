from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct

HUGE = 1 << 70  # error: [out-of-range]


@bpf
@bpfglobal
def SMALL() -> c_uint8:
    return 256  # error: [out-of-range]


@bpf
@bpfglobal
def TEXT() -> str(3):
    return "four"  # error: [out-of-range]


@bpf
@struct
class Sizes:
    none: c_uint8 * 0  # error: [out-of-range]
    minus: str(-1)  # error: [out-of-range]
    giant: c_uint64 * 1000000000  # error: [out-of-range]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    a = 18446744073709551616  # error: [out-of-range]
    b = c_uint32(1)
    c = b << 32  # error: [out-of-range]
    d = b >> -1  # error: [out-of-range]
    e = HUGE
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
