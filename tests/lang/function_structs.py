# run: prog(data=64) == 2
# map: out[0] == 13
# map: out[1] == 6
# map: out[2] == 20
# map: out[3] == 40
# map: out[4] == 3
# map: out[5] == 98
# map: out[6] == 9
# map: out[7] == -1
# map: out[8] == 21
# map: pairs[1] == {"a": 20, "b": 40}
from ctypes import POINTER, c_int64, c_uint8, c_uint32, c_uint64, c_void_p
from typing import Optional

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
def bump(p: Pair, by: c_uint32) -> c_int64:
    p.a += by
    return p.a + p.b


@bpf
def double(p: Pair) -> None:
    p.a *= 2
    p.b *= 2


@bpf
def count_up(n: POINTER(c_uint64)) -> None:
    n[0] += 1


@bpf
def last(a: c_uint8 * 3) -> c_uint8:
    return a[2]


@bpf
def second(text: str(4)) -> c_uint8:
    return text[1]


@bpf
def maybe(p: Pair | None) -> c_int64:
    if not p:
        return -1
    return p.a


@bpf
def perhaps(p: Optional[Pair]) -> c_int64:
    if p is not None:
        return p.a + 1
    return 0


@bpf
@struct
class Row:
    data: c_uint8 * 3
    n: c_uint64


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    mine = Pair(1, 7)
    out[0] = bump(mine, 5)
    out[1] = mine.a
    pairs[1] = Pair(10, 20)
    entry = pairs.lookup(1)
    if not entry:
        return 0
    double(entry)
    out[2] = entry.a
    out[3] = entry.b
    row = Row()
    row.data[2] = 3
    out[4] = last(row.data)
    out[5] = second("abc")
    row.n = 8
    count_up(row.n)
    out[6] = row.n
    out[7] = maybe(pairs.lookup(2))
    out[8] = perhaps(entry)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
