# kernel: 5.19
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import (
    bpf_dynptr,
    dynptr_data,
    dynptr_from_mem,
    dynptr_write,
    ringbuf_reserve_dynptr,
    ringbuf_submit_dynptr,
)
from pythonbpf.maps import Array, HashMap, RingBuffer


@bpf
@struct
class Blob:
    data: c_uint8 * 8


@bpf
@struct
class Holder:
    d: bpf_dynptr  # error: [object-misplaced]


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def other() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def blobs() -> Array:
    return Array(value=Blob, max_entries=1)


@bpf
@map
def kept() -> HashMap:
    return HashMap(key=c_uint32, value=bpf_dynptr, max_entries=1)  # error: [object-misplaced]


@bpf
@section("tc")
def forgotten(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    if ctx.len > 60:
        return 1  # error: [unfinished-reservation]
    d.submit()
    return 0


@bpf
@section("tc")
def forgotten_where_full(ctx: c_void_p) -> c_int64:
    d = bpf_dynptr()
    if ringbuf_reserve_dynptr(ring, 16, 0, d):
        return 1  # error: [unfinished-reservation]
    d.submit()
    return 0


@bpf
@section("tc")
def twice(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    d.submit()
    d.submit()  # error: [finished-reservation]
    return 0


@bpf
@section("tc")
def maybe_twice(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    if ctx.len > 60:
        d.discard()
    ringbuf_submit_dynptr(d, 0)  # error: [finished-reservation]
    return 0


@bpf
@section("tc")
def used_after(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    d.submit()
    return d.write(0, ctx.len)  # error: [finished-reservation]


@bpf
@section("tc")
def part_used_after(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    p = d.data(c_uint64)
    d.submit()
    if p:  # error: [finished-reservation]
        p[0] = 1  # error: [finished-reservation]
    return 0


@bpf
@section("tc")
def part_unchecked(ctx: c_void_p) -> c_int64:
    with ring.reserve_dynptr(16) as d:
        p = d.data(Blob, 0)
        p.data[0] = 1  # error: [null-pointer]
    return 0


@bpf
@section("tc")
def part_kept(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    p = d.data(c_uint64, 0)
    q = p  # error: [type-mismatch]
    d.submit()
    return 0


@bpf
@section("tc")
def part_without_name(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    if d.data(c_uint64, 0):  # error: [unsupported-expression]
        d.discard()
        return 1
    d.submit()
    return 0


@bpf
@section("tc")
def part_of_unknown_size(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    p = dynptr_data(d, 0, ctx.len)  # error: [constant-required]
    d.submit()
    return 0


@bpf
@section("tc")
def no_memory(ctx: c_void_p) -> c_int64:
    d = bpf_dynptr()
    dynptr_write(d, 0, ctx.len, 0)  # error: [maybe-unbound]
    return 0


@bpf
@section("tc")
def no_memory_here(ctx: c_void_p) -> c_int64:
    d = bpf_dynptr()
    blob = blobs.lookup(0)
    if blob:
        dynptr_from_mem(blob.data, 0, d)
    d.write(0, ctx.len)  # error: [maybe-unbound]
    return 0


@bpf
@section("tc")
def memory_of_the_stack(ctx: c_void_p) -> c_int64:
    d = bpf_dynptr()
    blob = Blob()
    dynptr_from_mem(blob.data, 0, d)  # error: [object-misplaced]
    return 0


@bpf
@section("tc")
def memory_submitted(ctx: c_void_p) -> c_int64:
    d = bpf_dynptr()
    blob = blobs.lookup(0)
    if blob:
        dynptr_from_mem(blob.data, 0, d)
        d.submit()  # error: [map-operation]
    return 0


@bpf
@section("tc")
def memory_again(ctx: c_void_p) -> c_int64:
    d = bpf_dynptr()
    blob = blobs.lookup(0)
    if blob:
        dynptr_from_mem(blob.data, 0, d)
        dynptr_from_mem(blob.data, 0, d)  # error: [type-mismatch]
    return 0


@bpf
@section("tc")
def memory_in_each_turn(ctx: c_void_p) -> c_int64:
    d = bpf_dynptr()
    for _ in range(4):
        blob = blobs.lookup(0)
        if blob:
            dynptr_from_mem(blob.data, 0, d)  # error: [needs-newer-kernel]
    return 0


@bpf
@section("tc")
def reserved_again(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    d = ring.reserve_dynptr(16)  # error: [unfinished-reservation]
    d.submit()
    return 0


@bpf
@section("tc")
def copied(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    e = d  # error: [object-misplaced]
    d.submit()
    return 0


@bpf
@section("tc")
def wrong_buffer(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    other.submit(d)  # error: [map-operation]
    d.submit()
    return 0


@bpf
@section("tc")
def too_large(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(5000)  # error: [out-of-range]
    d.submit()
    return 0


@bpf
@section("tc")
def without_name(ctx: c_void_p) -> c_int64:
    ring.reserve_dynptr(16)  # error: [unfinished-reservation]
    return 0


@bpf
@section("tc")
def looked_into(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    n = d.size  # error: [unknown-field]
    d.submit()
    return 0


@bpf
@section("tc")
def held_by_the_loop(ctx: c_void_p) -> c_int64:
    for _ in range(4):
        d = ring.reserve_dynptr(16)  # error: [unfinished-reservation]
    return 0


@bpf
@section("tc")
def tested(ctx: c_void_p) -> c_int64:
    d = ring.reserve_dynptr(16)
    if not d:  # error: [type-mismatch]
        pass
    d.submit()
    return 0


@bpf
def submits(d: bpf_dynptr) -> c_int64:
    d.submit()  # error: [map-operation]
    return 0


@bpf
def makes(d: bpf_dynptr) -> c_int64:
    return ringbuf_reserve_dynptr(ring, 8, 0, d)  # error: [type-mismatch]


@bpf
def gives() -> bpf_dynptr:  # error: [object-misplaced]
    d = bpf_dynptr()
    return d


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
