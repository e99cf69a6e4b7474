# A quotient and a remainder of the same numbers, in either order, in one place or
# in two, of all widths, and by 0. They may share a division.
# run: prog(data=64) == 2
# map: out[0] == 3
# map: out[1] == 922337203685477581
# map: out[2] == -9223372036854775803
# map: out[3] == 0
# map: out[4] == 613566756
# map: out[5] == 2
# map: out[6] == 0
# map: out[7] == 4294967294
# map: out[8] == -6
# map: out[9] == -142
# map: out[10] == 142
# map: out[11] == -6
# map: out[12] == 65536
# map: out[13] == 65534
# map: out[14] == 0
# map: out[15] == 2147483648
# map: out[16] == 922337203685477581
# map: out[17] == 3
# map: out[18] == 922337203685477857
# map: out[19] == -742
# map: out[20] == 613566956
# map: out[21] == 4294967294
from ctypes import c_int64, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=22)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    given[0] = -9223372036854775803
    given[1] = 10
    given[2] = 0xFFFFFFFE
    given[3] = 7
    given[4] = -1000
    given[5] = -7
    given[6] = 65535
    large = c_uint64(given[0])
    ten = c_uint64(given[1])
    zero = c_uint64(given[7])
    out[0] = large % ten
    out[1] = large // ten
    out[2] = large % zero
    out[3] = large // zero
    word = c_uint32(given[2])
    seven = c_uint32(given[3])
    nothing = c_uint32(given[7])
    out[4] = word // seven
    out[5] = word % seven
    out[6] = word // nothing
    out[7] = word % nothing
    minus = given[4]
    out[8] = minus % given[3]
    out[9] = minus // given[3]
    out[10] = minus // given[5]
    out[11] = minus % given[5]
    short = c_uint16(given[6])
    out[12] = word // short
    out[13] = word % short
    high = large >> 32
    out[14] = high // word
    out[15] = high % word
    quotient = large // ten
    if ten > 3:
        out[16] = quotient
        out[17] = large % ten
    out[18] = large % ten * 100 ^ large // ten
    count = given[3]
    out[19] = minus % count * 100 + minus // count
    out[20] = word % seven * 100 + word // seven
    out[21] = word % nothing + word // nothing
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
