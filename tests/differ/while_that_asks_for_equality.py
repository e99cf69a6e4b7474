# given: 0 3127742886 -128 63 1297259559 1941489562 31 3
# given: 2930884781 65535 7 10 197203 256 -65536 3
# given: -65535 8694902551423113587 10 1408223797 -65536 307262230 7 658605611
# given: -4 -9223372036854775808 433334 2 2544473384 -2 4294967295 3603783589
# given: 5 -1 8 33 -4 15 255 65536
# given: 32 32 10 -31 51777 3894779324 23793 1
# given: 13 -128 1980973365 3 0 19 1365123243 128
# given: 12 1 -11 2147483647 32769 -65536 -9 8
from ctypes import c_bool, c_int8, c_int16, c_int32, c_int64
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import atomic_add, atomic_and, atomic_cmpxchg, atomic_or, atomic_sub
from pythonbpf.helper import atomic_xchg, atomic_xor
from pythonbpf.maps import Array, HashMap


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
@struct
class prog_s0:
    f0: c_int64
    f1: c_uint32
    f2: c_uint32
    f3: c_bool


@bpf
@bpfglobal
def prog_g2() -> prog_s0:
    return prog_s0()


@bpf
@map
def prog_m1() -> HashMap:
    return HashMap(key=c_uint8, value=c_uint64, max_entries=64)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    v0: c_bool = 0
    v1: c_int8 = given[5]
    v5 = 0
    while v5 < 5:
        v5 += 1
        if (((v0 := 1) >> 31) if prog_m1.get(0, 0) else (v5 + v1)):
            return prog_g2.f3
    return v0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
