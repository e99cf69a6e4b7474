# Each is the only mistake of its function, so nothing else can hide it.
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import RingBuffer


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def reads(ctx: c_void_p) -> c_int64:
    x = ring[5]  # error: [map-operation]
    return 2


@bpf
@section("xdp")
def changes(ctx: c_void_p) -> c_int64:
    ring[5] += 1  # error: [map-operation]
    return 2


@bpf
@section("xdp")
def asks(ctx: c_void_p) -> c_int64:
    return 1 if 5 in ring else 2  # error: [map-operation]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
