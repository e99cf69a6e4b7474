# run: prog(data=64) == 2
# map: out[0] == 0
# map: out[1] == -7
# map: out[2] == 0
# map: out[3] == 7
# map: out[4] == -9223372036854775808
# map: out[5] == 0
# map: out[6] == 0
# map: out[7] == -7
# Where the divisor is 0 after all, BPF gives 0 and the dividend; the smallest
# number divided by -1 wraps.
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=4)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    given[1] = -7
    given[2] = -9223372036854775808
    given[3] = -1
    zero = given[0]
    minus = given[1]
    plus = c_uint64(7)
    least = given[2]
    one = given[3]
    out[0] = minus // zero
    out[1] = minus % zero
    out[2] = plus // zero
    out[3] = plus % zero
    out[4] = least // one
    out[5] = least % one
    # A zero that only the back end sees.
    out[6] = minus // (1 == 2)
    out[7] = minus % (one ** 0 == 0)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
