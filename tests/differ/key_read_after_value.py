# given: 100 0 127 3020 -7 12 128 1
# given: 9223372036854775807 71370 8 -2147483648 32 31 128 0
# given: 4294967295 453220428 4294967295 2147483648 -2 11 9223372036854775807 -127
# given: 3900378099652 8 559358558 3114260591 65535 53103 1308756659071728202 1777084570
# given: 16 123312995732 -65536 2 9 1582010220 0 32
# given: 15 11 2889690653 18 65535 2147483647 11 19
# given: 1 100 1889235795 -32 127 527296110 2 4263944140
# given: 212795497 -32768 3 19 3794000 13 3555954513 32
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
    return Array(value=c_uint32, max_entries=1)


@bpf
def prog_f1(v0: c_int32, v1: c_int64) -> c_uint16:
    prog_m0[0] = 1
    return 0


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    v0 = c_int32(0)
    prog_m0[prog_m0[0]] = prog_f1(0, 0)
    return v0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
