# run: prog(data=64) == 2
# events: sent == [{"a": 1, "b": 2, "c": 3, "d": {"e": 4, "f": 5}, "g": 6}]
# map: keys[{"a": 1, "b": 2, "c": 3, "d": {"e": 4, "f": 5}, "g": 6}] == 40
# C's layout, padding zero: as a key it is found again from user space.
from ctypes import c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@struct
class Inner:
    e: c_uint8
    f: c_uint64


@bpf
@struct
class Outer:
    a: c_uint8
    b: c_uint32
    c: c_uint16
    d: Inner
    g: c_uint8


@bpf
@map
def sent() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def keys() -> HashMap:
    return HashMap(key=Outer, value=c_uint32, max_entries=4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    outer = Outer(1, 2, 3, Inner(4, 5), 6)
    sent.output(outer)
    keys[outer] = 40
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
