# kernel: 6.1
# Records are sent in tests/python/test_user_ring.py; here nobody sends any.
# run: prog(data=64) == 7
# map: seen[0] == 0
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import BPF_RB_NO_WAKEUP, bpf_dynptr, user_ringbuf_drain
from pythonbpf.maps import Array, UserRingBuffer


@bpf
@struct
class Order:
    pieces: c_uint32
    price: c_uint32


@bpf
@map
def orders() -> UserRingBuffer:
    return UserRingBuffer(max_entries=4096)


@bpf
@map
def seen() -> Array:
    return Array(value=c_uint64, max_entries=1)


@bpf
def book(record: bpf_dynptr) -> c_int64:
    order = Order()
    record.read(order, 0)
    seen[0] += order.pieces * order.price
    return 0


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    if user_ringbuf_drain(orders, book, None, BPF_RB_NO_WAKEUP) != 0:
        return 1
    return orders.drain(book) + 7


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
