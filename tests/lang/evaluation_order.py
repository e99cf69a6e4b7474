# run: prog(data=64) == 2
# map: out[0] == 12
# map: out[1] == 123
# map: out[2] == 12
# map: out[3] == 21
# map: out[4] == 1
# map: out[5] == 123
# map: out[6] == 456
# map: out[7] == 12
# map: out[8] == 15
# map: out[9] == 12
# map: out[10] == 12
# map: out[11] == 123
# map: out[12] == 21
# map: out[13] == 12
# map: out[14] == 0
# map: out[15] == 6
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
    return Array(value=c_int64, max_entries=16)


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
@map
def pairs() -> Array:
    return Array(value=c_int64, max_entries=4)


@bpf
@bpfglobal
def TOTAL() -> c_int64:
    return 0


@bpf
def add_to_total(more: c_int64) -> c_int64:
    global TOTAL
    TOTAL += more
    return more


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
    # What is changed is read before the other operand is computed.
    global TOTAL
    TOTAL = 10
    TOTAL += abs(add_to_total(2))
    out[7] = TOTAL
    TOTAL = 10
    TOTAL += add_to_total(5)
    out[8] = TOTAL
    # The default is computed whether it is needed or not, and before the look.
    trail[0] = 0
    seen = out.get(step(1), step(2))
    out[9] = trail[0]
    trail[0] = 0
    pairs.update(step(1), abs(step(2)))
    out[10] = trail[0]
    # All of the tuple is computed before anything is compared.
    trail[0] = 0
    if step(1) in (step(2), step(3)):
        return 1
    out[11] = trail[0]
    # The value of an assignment is computed before the key.
    trail[0] = 0
    pairs[step(1)] = step(2)
    out[12] = trail[0]
    trail[0] = 0
    pairs[step(1)] += step(2)
    out[13] = trail[0]
    trail[0] = 0
    if seen < 99 < step(1):
        return 1
    out[14] = trail[0]
    # The key is read after the value was computed.
    trail[0] = 0
    pairs[3] = 0
    pairs[trail[0]] = step(3) * 2
    out[15] = pairs[3]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
