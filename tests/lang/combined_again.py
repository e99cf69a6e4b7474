# expect: compiles
# LLVM may leave something to combine after a pass; it is not told to be sure of
# none, which would end the process.
from ctypes import c_bool, c_int8, c_int16, c_int32, c_int64, c_uint8, c_uint16, c_uint32
from ctypes import c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=8)


a_C0 = -19


@bpf
@struct
class a_s0:
    f0: c_int8 * 1
    f1: c_int64


@bpf
@bpfglobal
def a_g2() -> a_s0:
    return a_s0()


@bpf
def a_f0(v0: c_uint8, v1: c_uint8, v2: c_int64) -> c_uint32:
    v3 = v0
    if a_g2.f0[(c_int16(c_uint32(v3)) & 15)]:  # warning: [unchecked-index]
        v5 = (((v3 // v2) in (v0, (v0 < v2),)) & (v2 == given[6] > 700430255))  # warning: [unused-local]
    return v0


@bpf
@section("xdp")
def first(ctx: c_void_p) -> c_int64:
    v0: c_bool = given[5]
    v1: c_int8 = given[2]
    v2 = given[1]
    v3 = ((c_uint8(v1) // v1) != min((6 << a_g2.f1), (12 | 4294967295), (v2 & 14131836344598)) == (c_int32(v0) ^ (-a_g2.f0[0])))
    v3 = (((v3 - 0) << 3) * (a_f0(18, (-17), a_C0) >> 1))


b_C1 = -12


@bpf
@struct
class b_s1:
    f0: c_int8
    f1: c_int64
    f2: c_uint32


@bpf
@bpfglobal
def b_g0() -> b_s1:
    return b_s1()


@bpf
@section("xdp")
def second(ctx: c_void_p) -> c_int64:
    v0 = given[6]
    v1: c_int64 = given[1]
    v2: c_uint64 = given[6]
    v3: c_uint32 = (((v1 * v2) & (v2 ** 3)) - ((b_g0.f1 // 1102728218) and (9 ^ v0)))
    if (((b_g0.f2 and given[7] and v2) > (v2 % v2)) if c_uint16((v2 % v3)) else (-(v0 - b_g0.f0))):
        v5 = (((v1 // b_C1) % (v0 <= b_g0.f0)) <= 3)  # warning: [unused-local]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
