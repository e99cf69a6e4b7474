# run: prog(data=64) == 2
# map: out[0] == 12
# map: out[1] == 123
# map: out[2] == 12
# map: out[3] == 21
# map: out[4] == 1
# map: out[5] == 123
# map: out[6] == 456
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Pair:
    a: c_int64
    b: c_int64


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
@map
def trail() -> Array:
    return Array(value=c_int64, max_entries=1)


@bpf
def step(digit: c_int64) -> c_int64:
    trail[0] = trail[0] * 10 + digit
    return digit


@bpf
def three(a: c_int64, b: c_int64, c: c_int64) -> c_int64:
    return a


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    trail[0] = 0
    x = step(1) + step(2)  # warning: [unused-local]
    out[0] = trail[0]
    trail[0] = 0
    x = three(step(1), step(2), step(3))
    out[1] = trail[0]
    trail[0] = 0
    pair = Pair(step(1), b=step(2))  # warning: [unused-local]
    out[2] = trail[0]
    trail[0] = 0
    x = step(2) - min(step(1), 5)
    out[3] = trail[0]
    trail[0] = 0
    x = three(step(1), min(step(2), 5), step(3))
    out[5] = trail[0]
    trail[0] = 0
    if step(4) < max(step(5), 1, step(6)):
        out[6] = trail[0]
    # A name read before a call that does not change it keeps its value.
    y = 1
    z = y + three(y, 2, 3) - y
    y = 5
    out[4] = z
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
