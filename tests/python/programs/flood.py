"""Buffers that are written by test runs, one event for each, and a map to count in."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap, PerfEventArray, RingBuffer


@bpf
@struct
class Sent:
    number: c_uint64
    rest: str(48)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def large_ring() -> RingBuffer:
    return RingBuffer(max_entries=4 * 1024 * 1024)


@bpf
@map
def perf() -> PerfEventArray:
    return PerfEventArray(key_size=c_uint32, value_size=c_uint32)


@bpf
@map
def produced() -> Array:
    return Array(value=c_uint64, max_entries=3)


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("xdp")
def to_ring(ctx: c_void_p) -> c_int64:
    ring.output(Sent(number=produced[0]))
    produced[0] += 1
    return 2


@bpf
@section("xdp")
def by_reserving(ctx: c_void_p) -> c_int64:
    with ring.reserve(Sent) as sent:
        sent.number = produced[0]
    produced[0] += 1
    return 2


@bpf
@section("xdp")
def to_large_ring(ctx: c_void_p) -> c_int64:
    large_ring.output(Sent(number=produced[1]))
    produced[1] += 1
    return 2


@bpf
@section("xdp")
def to_perf(ctx: c_void_p) -> c_int64:
    perf.output(Sent(number=produced[2]))
    produced[2] += 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
