# guide: Return types must be BPF-compatible
# run: prog(data=64) == 37
from ctypes import c_bool, c_int8, c_int16, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
def i8(a: c_int64) -> c_int8:
    return a


@bpf
def i16(a: c_int64) -> c_int16:
    return a


@bpf
def i32(a: c_int64) -> c_int32:
    return a


@bpf
def i64(a: c_int64) -> c_int64:
    return a


@bpf
def u8(a: c_int64) -> c_uint8:
    return a


@bpf
def u16(a: c_int64) -> c_uint16:
    return a


@bpf
def u32(a: c_int64) -> c_uint32:
    return a


@bpf
def u64(a: c_int64) -> c_uint64:
    return a


@bpf
def boolean(a: c_int64) -> c_bool:
    return a


@bpf
def nothing(a: c_int64) -> None:
    pass


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_uint32:
    nothing(1)
    total = i8(1) + i16(2) + i32(3) + i64(4) + u8(5) + u16(6) + u32(7) + u64(8)
    return total + boolean(9)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
