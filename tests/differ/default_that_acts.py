# given: 19 12 0 32768 6 32768 -64 63
# given: 2147483648 4141192308 13 -32769 278026 3 17 34377278093
# given: -9 7 1090209737 9 255 14742719712 7 10
# given: 256 137336108551992 4 14 10 -101 63 129
# given: 128 1 32769 101 102460 32767 125183 -2
# given: 0 33 16 -2147483648 10 -32768 15 1914750176694383
# given: -32 10 49739 18 14 2147483648 568338372539463433 3
# given: 2 128 9 2024643887 -1 16 -64 1
from ctypes import c_bool, c_int8, c_int16, c_int32, c_int64
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
@map
def prog_m0() -> Array:
    return Array(value=c_uint32, max_entries=7)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    v4 = c_int8(0)
    v4 ^= prog_m0.get(5, prog_m0.update(0, 1, flags=2))
    return given[1]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
