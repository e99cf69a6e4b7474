# kernel: 5.19
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import tail_call
from pythonbpf.maps import HashMap, ProgArray, RingBuffer


@bpf
@map
def programs() -> ProgArray:
    return ProgArray(max_entries=4)


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("tc")
def record_held(ctx: c_void_p) -> c_int64:
    e = ring.reserve(c_uint64)
    if not e:
        return 0
    programs.tail_call(ctx, 0)  # error: [unfinished-reservation]
    e.submit()
    return 0


@bpf
@section("tc")
def dynptr_held(ctx: c_void_p) -> c_int64:
    with ring.reserve_dynptr(8) as d:
        d.write(0, ctx.len)
        tail_call(ctx, programs, 0)  # error: [unfinished-reservation]
    return 0


@bpf
@section("tc")
def wrong_map(ctx: c_void_p) -> c_int64:
    seen.tail_call(ctx, 1)  # error: [map-operation]
    tail_call(ctx, seen, 1)  # error: [map-operation]
    return 0


@bpf
@section("tc")
def wrong_arguments(ctx: c_void_p) -> c_int64:
    programs.tail_call(ctx, "first")  # error: [type-mismatch]
    programs.tail_call(0, 1)  # error: [type-mismatch]
    programs.tail_call(ctx)  # error: [wrong-arguments]
    return 0


@bpf
@section("tc")
def no_result(ctx: c_void_p) -> c_int64:
    if programs.tail_call(ctx, 0) < 0:  # error: [type-mismatch]
        return 1
    return wrong_map(ctx)  # error: [not-callable]


@bpf
@section("tc")
def stored(ctx: c_void_p) -> c_int64:
    programs[0] = stored  # error: [type-mismatch]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
