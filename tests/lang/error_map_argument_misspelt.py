"""A misspelt argument is one error, and not a missing one as well."""

from ctypes import c_uint32

from pythonbpf import bpf, bpfglobal, map
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(size=4096)  # error: [bad-map-definition]


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, max_entries=64)  # error: [bad-map-definition]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
