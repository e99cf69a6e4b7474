# guide: The function must return a map type (HashMap, PerfEventArray, RingBuffer) and the return type must be annotated.
from ctypes import c_uint32, c_uint64

from pythonbpf import bpf, bpfglobal, map
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@map
def not_annotated():  # warning: [implicit-annotation]
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@map
def annotated_otherwise() -> RingBuffer:  # error: [bad-map-definition]
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@map
def not_a_map() -> HashMap:  # error: [bad-map-definition]
    return 1


@bpf
@map
def a_dict() -> HashMap:
    return dict(key=c_uint32)  # error: [bad-map-definition]


@bpf
@map
def misspelt() -> HashMap:
    return HashMpa(key=c_uint32, value=c_uint64, max_entries=16)  # error: [bad-map-definition]


@bpf
@map
def incomplete() -> HashMap:
    return HashMap(key=c_uint32)  # error: [bad-map-definition, bad-map-definition]


@bpf
@map
def no_size() -> RingBuffer:
    return RingBuffer(max_entries=0)  # error: [bad-map-definition]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
