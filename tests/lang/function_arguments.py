# run: prog(data=64) == 2
# map: out[0] == 123
# map: out[1] == 129
# map: out[2] == 153
# map: out[3] == 12345678
# map: out[4] == 321
# map: out[5] == 21
from ctypes import c_int64, c_uint8, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array

THREE = 3


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
def digits(a: c_int64, b: c_int64 = 2, c: c_int64 = THREE) -> c_int64:
    return a * 100 + b * 10 + c


@bpf
def eight(
    a: c_int64,
    b: c_int64,
    c: c_int64,
    d: c_int64,
    e: c_int64,
    f: c_int64,
    g: c_int64,
    h: c_int64,
) -> c_int64:
    high = digits(a, b, c) * 1000 + digits(d, e, f)
    return high * 100 + g * 10 + h


@bpf
def next_() -> c_int64:
    calls[0] += 1
    return calls[0]


@bpf
def unused(a: c_uint8) -> c_uint8:
    return a


@bpf
@map
def calls() -> Array:
    return Array(value=c_int64, max_entries=1)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    out[0] = digits(1)
    out[1] = digits(1, c=9)
    out[2] = digits(b=5, a=1)
    out[3] = eight(1, 2, 3, 4, 5, 6, 7, 8)
    out[4] = digits(c=next_(), b=next_(), a=next_())
    out[5] = later(4) + later(5)
    return 2


@bpf
def later(n: c_int64) -> c_int64:
    return n + helper_of_later(n)


@bpf
def helper_of_later(n: c_int64) -> c_int64:
    return n // 2 + 4


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
