from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap, PerfEventArray, RingBuffer


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint32


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=c_uint32, value=Pair, max_entries=4)


@bpf
@map
def array() -> Array:
    return Array(value=c_uint64, max_entries=4)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def perf() -> PerfEventArray:
    return PerfEventArray(key_size=c_uint32, value_size=c_uint32)


@bpf
def apart(a: c_uint64) -> c_int64:
    perf.output(a)  # error: [map-operation]
    return 0


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    table.output(5)  # error: [map-operation]
    table.push(5)  # error: [map-operation]
    table.lokup(5)  # error: [map-operation]
    ring.lookup(5)  # error: [map-operation]
    ring[5] = 1  # error: [map-operation]
    ring[5] += 1  # error: [map-operation]
    x = ring[5]  # error: [map-operation]
    del ring[5]  # error: [map-operation]
    del array[1]  # error: [map-operation]
    array.delete(1)  # error: [map-operation]
    y = pairs.lookup(1, 2)  # error: [wrong-arguments]
    pairs[1] += 1  # error: [map-operation]
    return apart(x)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
