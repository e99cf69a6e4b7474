# run: prog(data=64) == 0
"""Each arm of a choice has an index of its own: they must not become one."""

from ctypes import c_int8, c_int16, c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap


@bpf
@struct
class Number:
    value: c_int64


@bpf
@struct
class Unset:
    text: str(8)
    at: c_int32


@bpf
@struct
class Key:
    number: c_int32


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint64, value=c_uint64, max_entries=64)


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=Key, value=c_int64, max_entries=64)


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
@bpfglobal
def left() -> c_uint8:
    return 0


@bpf
@bpfglobal
def start() -> Number:
    return Number()


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    global left
    v: c_int8 = given[0]
    w: c_int64 = v
    unset = Unset()
    key = Key()
    y = (c_int16 * 4)()
    _found = counts.lookup(2)
    key.number = v % w | (v if ~y[c_uint32(y[y[1]]) if c_int32(unset.text == "abc") & y[y[1]] > (v if v else c_int64(y[start.value])) else c_uint32(y[unset.at])] > v else 1)  # warning: [unchecked-index, unchecked-index, unchecked-index, unchecked-index, unchecked-index]
    _known = seen.lookup(key)
    left = ~len(unset.text) % v
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
