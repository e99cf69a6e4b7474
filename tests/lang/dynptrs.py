# kernel: 5.19
# run: prog(data=64) == 1262
# map: seen[0] == 77
# map: seen[1] == 300
# map: seen[2] == 4
# map: seen[3] == -7
# map: blobs[0] == {"data": [1, 2, 3, 4, 0, 0, 0, 0]}
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import (
    bpf_dynptr,
    dynptr_data,
    dynptr_from_mem,
    dynptr_read,
    dynptr_write,
    ringbuf_discard_dynptr,
    ringbuf_reserve_dynptr,
    ringbuf_submit_dynptr,
)
from pythonbpf.maps import Array, RingBuffer


@bpf
@struct
class Head:
    kind: c_uint32
    bytes: c_uint32


@bpf
@struct
class Blob:
    data: c_uint8 * 8


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def blobs() -> Array:
    return Array(value=Blob, max_entries=1)


@bpf
@map
def seen() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
def fill(d: bpf_dynptr, kind: c_uint32) -> c_int64:
    head = Head(kind=kind, bytes=200)
    return d.write(0, head)


@bpf
@section("tc")
def prog(ctx: c_void_p) -> c_int64:
    # A record whose size is known when the program runs.
    d = ring.reserve_dynptr(sizeof_head() + (ctx.len & 7))
    fill(d, 100)
    again = Head()
    d.read(again, 0)
    body = d.data(c_uint8 * 4, 4)
    if body:
        body[0] += 55
    d.read(again)
    total: c_uint64 = again.kind + again.bytes
    ring.submit(d)

    # Memory of a map, by the kernel's names.
    blob = blobs.lookup(0)
    if blob:
        m = bpf_dynptr()
        dynptr_from_mem(blob.data, 0, m)
        word: c_uint32 = 0x04030201
        dynptr_write(m, 0, word, 0)
        back: c_uint32 = 0
        dynptr_read(back, m, 0, 0)
        part = dynptr_data(m, 2, 2)
        if part:
            total += part[0] + part[1]
        beyond = dynptr_data(m, 7, 2)
        if beyond:
            total += 1000000
        if back == word:
            total += 100
        seen[3] = m.write(6, word)

    # One that may find no room: what it is given goes nowhere.
    large: bpf_dynptr
    if ringbuf_reserve_dynptr(ring, 4060 + (ctx.len & 64), 0, large) < 0:
        seen[1] = 300
    ringbuf_discard_dynptr(large, 0)

    # Every way out of a `with` submits.
    turns: c_uint64 = 0
    for i in range(8):
        with ring.reserve_dynptr(16) as e:
            e.write(0, turns)
            if i == 5:
                break
            if i == 3:
                e.discard()
                continue
            turns += 1
            total += 200
    seen[2] = turns
    ring2 = bpf_dynptr()
    ringbuf_reserve_dynptr(ring, 8, 0, ring2)
    if ctx.len > 3:
        ringbuf_submit_dynptr(ring2, 0)
        seen[0] = 77
    else:
        ring2.discard()
    return total


@bpf
def sizeof_head() -> c_uint32:
    return 8


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
