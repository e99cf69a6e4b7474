"""What goes on in another program, and that program, are of one type."""
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import ProgArray


@bpf
@map
def mixed() -> ProgArray:
    return ProgArray(max_entries=4, values=[None, at_xdp, at_tc])  # error: [bad-map-definition]


@bpf
@map
def parts() -> ProgArray:
    return ProgArray(max_entries=4, values=[at_xdp])


@bpf
@map
def stored() -> ProgArray:
    return ProgArray(max_entries=4)


@bpf
@map
def frags() -> ProgArray:
    return ProgArray(max_entries=4, values=[at_xdp])


@bpf
@section("xdp")
def at_xdp(ctx: c_void_p) -> c_int64:
    parts.tail_call(ctx, 0)
    parts.tail_call(ctx, 4)  # error: [out-of-bounds]
    stored.tail_call(ctx, 0)
    return 2


@bpf
@section("tc")
def at_tc(ctx: c_void_p) -> c_int64:
    parts.tail_call(ctx, 0)  # error: [bad-callback]
    return 0


@bpf
@section("tracepoint/syscalls/sys_enter_getpid")
def at_tracepoint(ctx: c_void_p) -> c_int64:
    stored.tail_call(ctx, 1)  # error: [bad-callback]
    return 0


@bpf
@section("xdp.frags")
def in_parts(ctx: c_void_p) -> c_int64:
    frags.tail_call(ctx, 0)  # error: [bad-callback]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
