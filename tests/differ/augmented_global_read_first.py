# given: 3998513089 128 19 -9223372036854775808 -9223372036854775808 65535 -255 802
# given: -32768 129 1 -3 2147483647 -11 3869051475 7
# given: 32768 3180657 252 7 -255 128 1373769973 3744536054
# given: 987060903114140920 746410791438 0 32767 1750720528 2147483648 8 2147483647
# given: 230261703 3492581904 65536 2147483648 17 -63 5 19
# given: 540550138939737 766 2264237659 633459647 65535 -9 255 4
# given: -32768 2147483647 0 9223372036854775807 3 32 12 9
# given: 127 9 10 9 -2147483648 13 101 4096154326
from ctypes import c_bool, c_int8, c_int16, c_int32, c_int64
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
@struct
class prog_s1:
    f0: c_int32
    f1: c_int32 * 2
    f2: c_uint32


@bpf
@bpfglobal
def prog_g2() -> prog_s1:
    return prog_s1()


@bpf
def prog_f0(v0: c_int32, v1: c_bool, v2: c_uint8) -> c_int8:
    global prog_g2
    prog_g2.f0 -= 1
    return 1


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    global prog_g2
    v1 = 0
    prog_g2.f0 ^= (prog_f0(0, False, 2) ** 1)
    return v1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
