# run: prog(data=64) == 2
# map: by_pair[{"a": 1, "b": 2}] == 13
# map: by_text["abc"] == 4
# map: by_array[[1, 2, 3]] == 9
# map: texts[1] == "hello"
# map: out[0] == 104
# map: out[1] == 0
# map: out[2] == 2
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap


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
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@map
def by_text() -> HashMap:
    return HashMap(key=str(8), value=c_uint64, max_entries=8)


@bpf
@map
def by_array() -> HashMap:
    return HashMap(key=c_uint8 * 3, value=c_uint64, max_entries=8)


@bpf
@map
def texts() -> HashMap:
    return HashMap(key=c_uint32, value=str(8), max_entries=8)


@bpf
@struct
class Holder:
    key: c_uint8 * 3
    name: str(8)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    by_pair[Pair(1, 2)] = 10
    by_pair[Pair(a=1, b=2)] += 3
    by_text["abc"] = 4
    h = Holder()
    h.key[0] = 1
    h.key[1] = 2
    h.key[2] = 3
    h.name = "hello"
    by_array[h.key] = 9
    texts[1] = h.name
    out[0] = texts[1][0]
    out[1] = texts[2][0]
    if Pair(1, 2) in by_pair and "abc" in by_text and "abd" not in by_text:
        out[2] = 2
    del by_text["abd"]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
