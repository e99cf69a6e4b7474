# run: prog(data=64) == 2
# map: out[0] == 0
# map: out[1] == 1
# map: out[2] == 1
# map: out[3] == 0
# map: out[4] == 1
# map: out[5] == 0
# map: out[6] == 0
# map: out[7] == 1
# map: out[8] == 1
# map: out[9] == 1
# map: out[10] == 0
# map: out[11] == 0
# map: out[12] == 1
# map: out[13] == 0
# map: out[14] == 0
# map: out[15] == 1
# Operands are converted to a common type first, as in C.
from ctypes import c_int8, c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=4)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    given[0] = -1
    i8: c_int8 = given[0]
    i32: c_int32 = given[0]
    i64: c_int64 = given[0]
    u8: c_uint8 = given[0]
    u32: c_uint32 = given[0]
    u64: c_uint64 = given[0]
    out[0] = i32 < u32
    out[1] = i32 == u32
    out[2] = i64 < u32
    out[3] = i64 < u64
    out[4] = i8 < u8
    out[5] = i8 == u8
    out[6] = i32 > 0
    out[7] = u32 > 0
    out[8] = u64 == -1  # warning: [constant-comparison]
    out[9] = u32 == -1  # warning: [constant-comparison]
    out[10] = u8 == -1  # warning: [constant-comparison]
    out[11] = i64 == u32
    out[12] = i8 <= i64
    out[13] = u32 >= u64
    out[14] = i8 != i32
    out[15] = u32 != u64
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
