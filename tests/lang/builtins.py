# run: prog(data=64) == 2
# map: out[0] == 5
# map: out[1] == 2
# map: out[2] == 9
# map: out[3] == -3
# map: out[4] == 4
# map: out[5] == 3
# map: out[6] == 5
# map: out[7] == 1
# map: out[8] == 81
# map: out[9] == 1
# map: out[10] == 4294967295
# map: out[11] == 1024
from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array

TEXT = "abc"


@bpf
@struct
class Buffer:
    words: c_uint32 * 4


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=12)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    minus: c_int32 = out[0] - 3
    five: c_uint8 = minus + 8
    buffer = Buffer()
    out[0] = abs(minus - 2)
    out[1] = min(five, 9, 2)
    out[2] = max(five, 9, 2)
    out[3] = min(minus, five)
    out[4] = len(buffer.words)
    out[5] = len(TEXT)
    out[6] = int(five)
    out[7] = bool(five)
    out[8] = minus ** 4
    out[9] = minus ** 0
    # The common type of the two is unsigned.
    out[10] = max(c_uint32(1), minus + 2)
    out[11] = 2 ** 10
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
