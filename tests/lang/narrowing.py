# run: prog(data=64) == 2
# map: out[0] == 5
# map: out[1] == 6
# map: out[2] == 5
# map: out[3] == 11
# map: out[4] == 9
# map: out[5] == 5
# map: out[6] == 5
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint32


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=c_uint32, value=Pair, max_entries=4)


@bpf
@map
def numbers() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    pairs[1] = Pair(5, 6)
    numbers[1] = 5
    first = pairs.lookup(1)
    if not first:
        return 0
    out[0] = first.a
    second = pairs.lookup(1)
    if second is None:
        return 0
    out[1] = second.b
    third = numbers.lookup(1)
    if third is not None:
        out[2] = third
    fourth = pairs.lookup(1)
    if first.a == 5 and fourth and fourth.b == 6:
        out[3] = fourth.a + fourth.b
    if not third or third > 5:
        return 0
    missing = numbers.lookup(2)
    out[4] = missing or 9
    out[5] = third or 9
    for i in range(3):
        again = numbers.lookup(i)
        if not again:
            continue
        out[6] = again
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
