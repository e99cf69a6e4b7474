# run: prog(data=64) == 1212
# run: spilled(data=64) == 4
# map: given[6] == 2050
# map: given[7] == 2050
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
from pythonbpf.maps import Array, HashMap


@bpf
@struct
class Part:
    words: c_uint64 * 32


@bpf
def third(n: c_uint64) -> c_int64:
    part = Part()
    part.words[n & 31] = n
    return part.words[2] + part.words[30]


@bpf
def second(n: c_uint64) -> c_int64:
    part = Part()
    part.words[n & 31] = n
    total = third(n) + 10
    return total + part.words[2]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    part = Part()
    n = random() & 0 | 2
    part.words[n & 31] = 100
    total = second(n)
    part.words[n & 31] *= 12
    return total + part.words[2] - second(n) + 12


@bpf
@struct
class LargeKey:
    words: c_uint64 * 30


@bpf
@struct
class Key:
    words: c_uint64 * 24


@bpf
@map
def large() -> HashMap:
    return HashMap(key=LargeKey, value=c_uint64, max_entries=4)


@bpf
@map
def keyed() -> HashMap:
    return HashMap(key=Key, value=c_uint64, max_entries=4)


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
def kept(x: c_uint64) -> c_uint64:
    key = Key()
    v0: c_int64 = given[0] + 1
    v1: c_int64 = given[1] + 2
    v2: c_int64 = given[2] + 3
    v3: c_int64 = given[3] + 4
    v4: c_int64 = given[4] + 5
    v5: c_int64 = given[5] + 6
    key.words[0] = x
    keyed[key] = x
    key.words[1] = x * 3
    t: c_int64 = x
    t = t * 3 ^ v0
    t = t * 3 ^ v1
    t = t * 3 ^ v2
    t = t * 3 ^ v3
    t = t * 3 ^ v4
    t = t * 3 ^ v5
    given[6] = t
    key.words[1] = 0
    return keyed[key]


@bpf
@section("xdp")
def spilled(ctx: c_void_p) -> c_int64:
    """The numbers that are kept meanwhile take stack, too."""
    key = LargeKey()
    v0: c_int64 = given[0] + 1
    v1: c_int64 = given[1] + 2
    v2: c_int64 = given[2] + 3
    v3: c_int64 = given[3] + 4
    v4: c_int64 = given[4] + 5
    v5: c_int64 = given[5] + 6
    key.words[0] = v0
    large[key] = 1
    x: c_uint64 = kept(v0) + kept(v1)
    key.words[1] = kept(x)
    t: c_int64 = x
    t = t * 3 ^ v0
    t = t * 3 ^ v1
    t = t * 3 ^ v2
    t = t * 3 ^ v3
    t = t * 3 ^ v4
    t = t * 3 ^ v5
    given[7] = t
    large[key] = 4
    return large[key]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
