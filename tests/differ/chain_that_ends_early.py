# given: 2115608477 2643995267 101 127 2147483648 273813872 0 16
# given: 5137523372347 3907081964 28536785962820535 -9223372036854775808 63 3433274893 33583673999018012 4069295142
# given: 120094 -128 3 318 437638230 9223372036854775807 1970031562 -4294967295
# given: 8 255 19 1858491407 -32 32767 6617076639707403 18
# given: 32767 -2147483647 2566631795 -9223372036854775808 11 185 57383 2062967255
# given: 7 -4294967296 -2147483648 2147483648 1181980259 256 704859973 0
# given: 1 9223372036854775807 1041936806 -9223372036854775808 -4294967296 -4294967295 17 93919179
# given: 6 -33 7 214593186692521 27891476681588067 -2 17927838205398796 18
from ctypes import c_bool, c_int8, c_int16, c_int32, c_int64
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
@bpfglobal
def prog_g0() -> c_int8:
    return 63


@bpf
@map
def prog_m0() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint32, max_entries=64)


@bpf
def prog_f0(v0: c_bool, v1: c_uint64, v2: c_int32, v3: c_int16) -> c_int32:
    global prog_g0
    prog_g0 -= 1
    return 1


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    v1: c_uint16 = 0
    v3 = c_uint32(0)
    prog_m0[0] = (v3 > 0 <= prog_f0(0, 0, 0, 1) <= 1)
    return v1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
