# run: prog(data=64) == 2
# map: pairs[1] == {"a": 5, "b": 18446744073709551615}
# map: pairs[2] == {"a": 7, "b": 3}
# map: pairs[3] == null
# map: out[0] == 5
# map: out[1] == 0
# map: out[2] == 8
# map: out[3] == 4
# map: out[4] == 8
# map: rows[1] == [0, 0, 12]
# map: rows[2] == [0, 0, 0]
from ctypes import c_int64, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
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
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@map
def rows() -> Array:
    return Array(value=c_uint16 * 3, max_entries=4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    pairs[1].a += 5
    pairs[1].b -= 1
    pairs[2].a = 7
    pairs[2].b = 6
    pairs[2].b //= 2
    rows[1][2] = 4
    rows[1][2] *= 3
    rows[7][0] = 1
    out[0] = pairs[1].a
    out[1] = pairs[3].a
    whole = pairs.get(3, Pair(8, 9))
    out[2] = whole.a
    whole.a = 100
    copy = pairs[2]
    copy.b = 4
    out[3] = copy.b
    out[4] = len(pairs)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
