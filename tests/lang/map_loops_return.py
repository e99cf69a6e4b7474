# kernel: 5.13
# run: prog(data=64) == 2
# map: out[0] == 20
# map: out[1] == -1
# map: out[2] == 6
# map: out[3] == 4
# map: out[4] == 9
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint64


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=c_uint32, value=Pair, max_entries=8)


@bpf
@map
def by_pair() -> HashMap:
    return HashMap(key=Pair, value=c_uint64, max_entries=8)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
def value_of(wanted: c_uint32) -> c_int64:
    for key, value in counts.items():
        if key == wanted:
            return value
    return -1


@bpf
def pair_of(number: c_uint64) -> Pair:
    for pair in pairs.values():
        if pair.b == number:
            return pair
    return Pair(9, 9)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    counts[1] = 10
    counts[2] = 20
    out[0] = value_of(2)
    out[1] = value_of(3)
    by_pair[Pair(1, 2)] = 3
    for key, value in by_pair.items():
        out[2] = key.a + key.b + value
        for other in counts:
            by_pair[key] += 1
    pairs[5] = Pair(4, 8)
    out[3] = pair_of(8).a
    out[4] = pair_of(7).a
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
