# kernel: 5.13
# run: prog(data=64) == 2
# map: out[0] == 20
# map: out[1] == -1
# map: out[2] == 6
# map: out[3] == 4
# map: out[4] == 9
# run: counting(data=64) == 3
# run: pairing(data=64) == 4
from ctypes import c_int32, c_int64, c_uint16, c_uint32, c_uint64, c_void_p

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
@map
def few() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
def fill() -> None:
    few[1] = 1
    few[2] = 2
    few[3] = 3


@bpf
@section("xdp")
def counting(ctx: c_void_p) -> c_int64:
    """What is counted may be compared: the verifier need not walk to the bound."""
    fill()
    n = 0
    for _ in few:
        n += 1
        if n > 10000:
            return 0
    return n


@bpf
@section("xdp")
def pairing(ctx: c_void_p) -> c_int64:
    fill()
    n: c_uint16 = 0
    last: c_int32 = 0
    for _, value in few.items():
        if value[0] == 7:
            continue
        for other in few:
            n += 1
            last -= other
            if n > 1000:
                return 0
    return 4 if n == 9 and last == -18 else 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
