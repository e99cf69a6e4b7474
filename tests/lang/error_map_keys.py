from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint64


@bpf
@map
def by_pair() -> HashMap:
    return HashMap(key=Pair, value=c_uint64, max_entries=8)


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=c_uint32, value=Pair, max_entries=8)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    by_pair[1, 2] = 5  # error: [type-mismatch]
    x = by_pair.lookup((1, 2))  # error: [type-mismatch]
    counts[1, 2] += 1  # error: [unsupported-expression]
    counts.update(1, 2, flag=1)  # error: [wrong-arguments]
    counts.update(1)  # error: [wrong-arguments]
    counts.get(1, 2, 3)  # error: [wrong-arguments]
    counts.lookup(1, key=1)  # error: [wrong-arguments]
    n = len(ring)  # error: [map-operation]
    pairs[1] += 1  # error: [map-operation]
    pairs[1].c += 1  # error: [unknown-field]
    pairs[1].c = 1  # error: [unknown-field]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
