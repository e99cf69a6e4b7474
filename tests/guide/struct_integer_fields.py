# guide: Supported field types include: Integer types: c_int8, c_int16, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64
# run: prog(data=64) == 2
# events: ends == [{"a": -128, "b": -32768, "c": -2147483648, "d": -9223372036854775808, "e": 255, "f": 65535, "g": 4294967295, "h": 18446744073709551615}, {"a": 127, "b": 32767, "c": 2147483647, "d": 9223372036854775807, "e": 0, "f": 0, "g": 0, "h": 0}]
# map: kept[0] == {"a": -1, "b": -1, "c": -1, "d": -1, "e": 255, "f": 65535, "g": 4294967295, "h": 18446744073709551615}
from ctypes import c_int8, c_int16, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import XDP_PASS
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@struct
class Integers:
    a: c_int8
    b: c_int16
    c: c_int32
    d: c_int64
    e: c_uint8
    f: c_uint16
    g: c_uint32
    h: c_uint64


@bpf
@map
def ends() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def kept() -> HashMap:
    return HashMap(key=c_uint32, value=Integers, max_entries=4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    low = Integers()
    low.a = -128
    low.b = -32768
    low.c = -2147483648
    low.d = -9223372036854775808
    low.e = 255
    low.f = 65535
    low.g = 4294967295
    low.h = 18446744073709551615
    ends.output(low)
    high = Integers()
    high.a = 127
    high.b = 32767
    high.c = 2147483647
    high.d = 9223372036854775807
    ends.output(high)
    minus = c_int64(-1)
    all_ones = Integers()
    all_ones.a = minus
    all_ones.b = minus
    all_ones.c = minus
    all_ones.d = minus
    all_ones.e = minus
    all_ones.f = minus
    all_ones.g = minus
    all_ones.h = minus
    kept.update(0, all_ones)
    return XDP_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
