# run: prog(data=64) == 2
# map: counts[1] == 12
# map: counts[2] == 18446744073709551611
# map: counts[3] == 48
# map: counts[4] == null
# map: counts[5] == 7
# map: counts[6] == 0
# map: small[1] == 4
# map: out[0] == 0
# map: out[1] == 42
# map: out[2] == 10
# map: out[3] == 1
# map: out[4] == 0
# map: out[5] == 0
# map: out[6] == -2
# map: out[7] == -17
# map: out[8] == -2
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import BPF_EXIST, BPF_NOEXIST
from pythonbpf.maps import Array, HashMap


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def small() -> HashMap:
    return HashMap(key=c_uint8, value=c_uint8, max_entries=8)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    out[0] = counts.get(1)
    out[1] = counts.get(1, 42)
    counts[1] = 10
    out[2] = counts.get(1, 42)
    counts[1] += 2
    counts[2] -= 5
    counts[3] |= 3
    counts[3] <<= 4
    counts[4] = 4
    out[3] = 4 in counts
    del counts[4]
    out[4] = 4 in counts
    out[5] = 4 not in counts and False
    out[6] = counts.delete(4)
    out[7] = counts.update(1, 99, BPF_NOEXIST)
    out[8] = counts.update(4, 99, flags=BPF_EXIST)
    counts.update(5, 6)
    entry = counts.lookup(5)
    if entry:
        entry[0] += 1
    counts[6] = 0
    zero = counts.lookup(6)
    if zero:
        out[9] = 1
    else:
        return 1
    small[1] = 250
    small[1] += 10
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
