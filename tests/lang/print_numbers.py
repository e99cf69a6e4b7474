# run: prog(data=64) == 2
# prints: ["low -5", "18446744073709551615 -9223372036854775808", "4294967295 -1", "-5 1 0", "fffffffffffffffb -5", "0xff|ffff"]
"""Numbers print with their sign and all their bits."""

from ctypes import c_bool, c_int8, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    low = c_int8(-5)
    big = c_uint64(18446744073709551615)
    least = c_int64(-9223372036854775808)
    print("low", low)
    print(big, least)
    print(f"{c_uint32(4294967295)} {c_int32(-1)}")
    print(low + 0, c_bool(low), low > 0)
    print(f"{low:x} {low:d}")
    print(f"{c_uint8(255):#x}|{c_uint16(65535):x}")
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
