# kernel: 5.12
# run: prog(data=64) == 2
# map: pairs[1] == {"a": 6, "b": 90}
# map: counts[1] == 12
# map: out[0] == 10
# map: out[1] == 100
# map: out[2] == 15
# map: out[3] == 11
# map: out[4] == 7
# map: out[5] == 2
# map: out[6] == 5
# map: out[7] == 6
# map: out[8] == 0
# map: out[9] == 3
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import atomic_add, atomic_and, atomic_cmpxchg, atomic_or, atomic_sub, atomic_xchg, atomic_xor
from pythonbpf.maps import Array, HashMap


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint64


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=c_uint32, value=Pair, max_entries=8)


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@bpfglobal
def total() -> c_uint64:
    return c_uint64(0)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    global total
    pairs[1] = Pair(10, 100)
    p = pairs.lookup(1)
    if not p:
        return 0
    out[0] = atomic_add(p.a, 5)
    out[1] = atomic_sub(p.b, 10)
    out[2] = atomic_and(p.a, 11)
    out[3] = atomic_xor(p.a, 12)
    atomic_xor(p.a, 2)
    atomic_or(p.a, 0)
    out[4] = p.a + 2
    counts[1] = 2
    v = counts.lookup(1)
    if not v:
        return 0
    out[5] = atomic_xchg(v, 5)
    out[6] = atomic_cmpxchg(v, 5, 6)
    out[7] = atomic_cmpxchg(v, 5, 7)
    atomic_add(v, 6)
    out[8] = atomic_add(target=total, value=3)
    out[9] = total
    atomic_add(p.a, 1)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
