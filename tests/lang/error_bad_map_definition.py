from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap, PerfEventArray, RingBuffer


@bpf
@struct
class Nothing:  # warning: [empty-definition]
    pass


@bpf
@map
def two_statements() -> HashMap:  # error: [bad-map-definition]
    size = 16
    return HashMap(key=c_uint32, value=c_uint64, max_entries=size)


@bpf
@map
def no_entries() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=0)  # error: [bad-map-definition]


@bpf
@map
def unknown_argument() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, size=16)  # error: [bad-map-definition]


@bpf
@map
def twice() -> HashMap:
    return HashMap(c_uint32, c_uint64, 16, key=c_uint32)  # error: [bad-map-definition]


@bpf
@map
def empty_key() -> HashMap:
    return HashMap(key=Nothing, value=c_uint64, max_entries=16)  # error: [bad-map-definition]


@bpf
@map
def odd_key() -> PerfEventArray:
    return PerfEventArray(key_size=c_uint64, value_size=c_uint32)  # error: [bad-map-definition]


@bpf
@map
def odd_index() -> Array:
    return Array(key=c_uint64, value=c_uint64, max_entries=4)  # error: [bad-map-definition]


@bpf
@map
def huge() -> RingBuffer:
    return RingBuffer(max_entries=1 << 40)  # error: [bad-map-definition]


@bpf
@map
def later():  # warning: [empty-definition]
    pass


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    later.update(1, 2)  # error: [bad-map-definition]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
