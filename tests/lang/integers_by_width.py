# run: prog(data=64) == 2
# map: out[0] == -56
# map: out[1] == 200
# map: out[2] == 10240
# map: out[3] == 65529
# map: out[4] == -294967296
# map: out[5] == 4000000000
# map: out[6] == 144
# map: out[7] == 3705032704
# map: out[8] == 3705032704
# map: out[9] == 3705032704
# map: out[10] == 1983905792
# map: out[11] == -28000000000
# map: out[12] == -3
# map: out[13] == -1
# map: out[14] == 0
# map: out[15] == 6148914691236517203
# map: out[16] == 9
# map: out[17] == 5267273
# map: out[18] == -8
# map: out[19] == 4000000000
# map: out[20] == -4
# map: out[21] == 9223372036854775804
# map: out[22] == -36870912
# map: out[23] == 500000000
# map: out[24] == -896
# map: out[25] == -939524096
# map: out[26] == 294967296
# map: out[27] == -201
# map: out[28] == 6
# map: out[29] == 56
# map: out[30] == 200
# map: out[31] == 294967289
# map: out[32] == 65529
# map: out[33] == 4000000007
# map: out[34] == -294967301
# map: out[35] == 44
# map: out[36] == 65515
# map: out[37] == 1852516353
# map: out[38] == 28
# map: out[39] == -8070450532247928832
# Values pass through a map, so that nothing is known when compiling.
from ctypes import c_int8, c_int16, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=40)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    given[0] = 200
    given[1] = -7
    given[2] = 4000000000
    i8: c_int8 = given[0]
    u8: c_uint8 = given[0]
    i16: c_int16 = given[2]
    u16: c_uint16 = given[1]
    i32: c_int32 = given[2]
    u32: c_uint32 = given[2]
    i64: c_int64 = given[1]
    u64: c_uint64 = given[1]
    out[0] = i8
    out[1] = u8
    out[2] = i16
    out[3] = u16
    out[4] = i32
    out[5] = u32
    out[6] = i8 + u8
    out[7] = i32 + u32
    out[8] = u32 + u32
    out[9] = u32 * 2
    out[10] = i32 * i32
    out[11] = u32 * u64
    out[12] = i64 // 2
    out[13] = i64 % 3
    out[14] = i64 / u32
    out[15] = u64 // 3
    out[16] = u64 % 10
    out[17] = i32 // i8
    out[18] = i32 % i8
    out[19] = u32 % i8
    out[20] = i64 >> 1
    out[21] = u64 >> 1
    out[22] = i32 >> 3
    out[23] = u32 >> 3
    out[24] = i8 << 4
    out[25] = u8 << 24
    out[26] = -u32
    out[27] = ~u8
    out[28] = ~u64
    out[29] = -i8
    out[30] = i64 & u8
    out[31] = i32 ^ i64
    out[32] = i16 | u16
    out[33] = u32 - i64
    out[34] = i32 - 5
    i8 += 100
    out[35] = i8
    u16 *= 3
    out[36] = u16
    i32 -= 2147483647
    out[37] = i32
    u8 //= 7
    out[38] = u8
    i64 <<= 60
    out[39] = i64
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
