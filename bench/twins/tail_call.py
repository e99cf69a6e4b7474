"""A program that goes on in another one."""

from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, ProgArray


@bpf
@map
def programs() -> ProgArray:
    return ProgArray(max_entries=2, values=[None, second])


@bpf
@map
def seen() -> Array:
    return Array(value=c_uint64, max_entries=2)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    value = seen.lookup(0)
    if value:
        value[0] += 1
    programs.tail_call(ctx, 1)
    return 1


@bpf
@section("xdp")
def second(ctx: c_void_p) -> c_int64:
    value = seen.lookup(1)
    if value:
        value[0] += 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
