"""Orders from user space, which a program adds up."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import bpf_dynptr
from pythonbpf.maps import HashMap, UserRingBuffer


@bpf
@struct
class Order:
    article: c_uint32
    pieces: c_uint32
    price: c_uint64


@bpf
@struct
class Day:
    sum: c_uint64
    orders: c_uint32
    broken: c_uint32
    most: c_uint32


@bpf
@map
def orders() -> UserRingBuffer:
    return UserRingBuffer(max_entries=4096)


@bpf
@map
def stock() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
def book(record: bpf_dynptr, day: Day) -> c_int64:
    """One order; one of another size is broken."""
    order = record.data(Order)
    if not order:
        day.broken += 1
        return 0
    day.orders += 1
    day.sum += order.pieces * order.price
    stock[order.article] += order.pieces
    return day.orders == day.most


@bpf
@section("tc")
def close_the_day(ctx: c_void_p) -> c_int64:
    """All orders that are there, or as many as the packet has bytes."""
    day = Day(most=ctx.len)
    taken = orders.drain(book, day)
    if taken < 0:
        return taken
    return day.sum * 100 + day.broken * 10 + taken


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    """The object, not loaded."""
    return BPF()
