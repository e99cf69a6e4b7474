# run: prog(data=64) == 0
# map: out[0] == 1027
# map: out[1] == 5
# map: table[0] == {"tag": 2, "value": {"word": 1027, "bytes": [3, 4, 0, 0], "wide": 1027}}
from ctypes import *
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p, sizeof

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Value(Union):
    word: c_uint32
    bytes: c_uint8 * 4
    wide: c_uint64


@bpf
@struct
class Tagged:
    tag: c_uint8
    value: Value


@bpf
@map
def table() -> Array:
    return Array(value=Tagged, max_entries=1)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    value = Value(word=5)
    out[1] = value.bytes[0]
    value = Value()
    value.bytes[0] = 3
    value.bytes[1] = 4
    out[0] = value.word
    table[0] = Tagged(2, value)
    if sizeof(Value) != 8 or sizeof(Tagged) != 16 or sizeof(value.bytes) != 4:
        return 1
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
