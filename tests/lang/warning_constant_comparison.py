"""Comparisons that the types decide, or that C reads otherwise."""

# run: prog(data=64) == 7

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    small: c_uint8 = 5
    wide: c_uint64 = 6
    signed = 7
    total = 0
    if small < 256:  # warning: [constant-comparison]
        total += 1
    if small == 300:  # warning: [constant-comparison]
        total += 100
    if wide >= 0:  # warning: [constant-comparison]
        total += 2
    if wide != -1:  # warning: [constant-comparison]
        total += 4
    if signed < 0 or small > 5 or wide == 0 or small == 255:
        total += 50
    return total

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
