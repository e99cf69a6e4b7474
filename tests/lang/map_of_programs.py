# run: prog(data=64) == 2
# run: prog(data=64) == 1
# map: out[0] == 2
# map: out[1] == 1
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, ProgArray


@bpf
@map
def programs() -> ProgArray:
    return ProgArray(max_entries=4, values=[None, accept])


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    """A tail call goes on in another program; it goes on here where there is none."""
    out[0] += 1
    if out[0] == 1:
        programs.tail_call(ctx, 1)
        return 1
    programs.tail_call(ctx, 0)
    return 1


@bpf
@section("xdp")
def accept(ctx: c_void_p) -> c_int64:
    out[1] += 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
