"""Older kernels take no loop whose end nothing shows."""

from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def unknown(ctx: c_void_p) -> c_int64:
    n = 0
    while numbers[1] > 5:  # error: [needs-newer-kernel]
        n += 1
    return n


@bpf
@section("xdp")
def forever(ctx: c_void_p) -> c_int64:
    while True:  # error: [needs-newer-kernel]
        pass


@bpf
@section("xdp")
def changed(ctx: c_void_p) -> c_int64:
    i = 0
    while i < 10:  # error: [needs-newer-kernel]
        if numbers[1]:
            i += 1
    return i


@bpf
@section("xdp")
def skipped(ctx: c_void_p) -> c_int64:
    i = 0
    while i < 10:  # error: [needs-newer-kernel]
        if numbers[1]:
            continue
        i += 1
    return i


@bpf
@section("xdp")
def wraps(ctx: c_void_p) -> c_int64:
    i: c_uint8 = 0
    while i < 300:  # error: [needs-newer-kernel]  # warning: [constant-comparison]
        i += 1
    return i


@bpf
@section("xdp")
def any_number(ctx: c_void_p) -> c_int64:
    total = 0
    for i in range(numbers[1]):  # error: [needs-newer-kernel]
        total += i
    return total

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
