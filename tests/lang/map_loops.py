# kernel: 5.13
# run: prog(data=64) == 2
# map: out[0] == 60
# map: out[1] == 6
# map: out[2] == 3
# map: out[3] == 66
# map: out[4] == 3
# map: out[5] == 32
# map: out[6] == 12
# map: out[7] == 1
# map: out[8] == 22
# map: counts[1] == 11
# map: counts[2] == 21
# map: counts[3] == null
# map: pairs[4] == {"a": 1, "b": 1}
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
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    counts[1] = 10
    counts[2] = 20
    counts[3] = 30
    total = 0
    for key, value in counts.items():
        total += value
        out[1] += key
    out[0] = total
    seen = 0
    for key in counts:
        seen += 1
    out[2] = seen
    sum_ = c_uint32(0)
    bounds = Pair(0, 100)
    for value in counts.values():
        sum_ += value + 2
        bounds.a += 1
    out[3] = sum_
    out[4] = bounds.a
    del counts[3]
    for key, value in counts.items():
        value[0] += 1
    out[5] = counts[1] + counts[2]
    pairs[4] = Pair(0, 1)
    for key, pair in pairs.items():
        pair.a = pair.b
    largest = 0
    for value in counts.values():
        if value < largest:
            continue
        largest = value
    for i in range(3):
        for value in counts.values():
            if i == 1:
                continue
            if value > 15:
                out[6] += 6
    for key in out.keys():
        if key == 0:
            break
    else:
        return 0
    out[7] = 1
    out[8] = largest + 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
