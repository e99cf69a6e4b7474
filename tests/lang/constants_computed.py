# run: prog(data=64) == 0
# map: out[0] == 5
# map: out[1] == 24
# map: out[2] == 3
# map: out[3] == 100
# map: out[4] == -2147483648
# map: out[5] == 2147483648
# map: out[6] == 0
# map: out[7] == -128
from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p, sizeof

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


NAME = "hello"
LENGTH = len(NAME)
DEBUG = False
SIZE = 100 if not DEBUG else 10


@bpf
@struct
class Pair:
    a: c_uint64 * 2
    b: c_uint8


BYTES = sizeof(Pair)
LEAST = min(7, max(3, abs(-2)))


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    out[0] = LENGTH
    out[1] = BYTES
    out[2] = LEAST
    out[3] = SIZE
    out[4] = c_int32(2147483647) + 1
    out[5] = 2147483647 + 1
    out[6] = c_uint64(1 << 63) * 2
    out[7] = -c_int64(128)
    if (c_int32(-2147483648) + 7) << 1 != 14:
        return 1
    if -c_int32(-2147483648) != c_int32(-2147483648):
        return 2
    if c_uint32(1) - 2 != 0xFFFFFFFF:
        return 3
    least = -9223372036854775808
    least += out[9]
    minus = 0x8000000000000000 - 0x8000000000000001
    minus += out[9]
    if least > 0 or minus > 0:
        return 4
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
