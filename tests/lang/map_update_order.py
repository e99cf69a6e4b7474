# run: prog(data=64) == 2
# map: counts[1] == 2
# map: counts[3] == 4
# map: counts[5] == 1006
# map: pairs[7] == {"a": 8, "b": 0}
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
def calls() -> Array:
    return Array(value=c_uint32, max_entries=1)


@bpf
def next_() -> c_uint32:
    calls[0] += 1
    return calls[0]


@bpf
def pair() -> Pair:
    return Pair(next_(), 0)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    counts.update(next_(), next_())
    counts.update(value=next_() + 1, key=3)
    calls[0] = 4
    counts[next_()] += 1000 + next_()
    pairs.update(next_(), pair())
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
