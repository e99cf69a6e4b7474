# run: prog(data=64) == 2
# map: out[0] == 45
# map: out[1] == 9
# map: out[2] == 54321
# map: out[3] == 258
# map: out[4] == 0
# map: out[5] == 12
# map: out[6] == 1
# map: out[7] == 100
# map: out[8] == 20
# map: out[9] == 36
# map: out[10] == 15
# map: out[11] == 3
# map: out[12] == 2
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array

TURNS = 10


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    total = 0
    for i in range(TURNS):
        total += i
    out[0] = total
    out[1] = i

    digits = 0
    for i in range(5, 0, -1):
        digits = digits * 10 + i
    out[2] = digits

    steps = 0
    for i in range(2, 10, 3):
        steps = steps * 10 + i
    out[3] = steps

    none = 0
    for i in range(5, 5):
        none += 1
    out[4] = none

    odd = 0
    for i in range(20):
        if i % 2 == 0:
            continue
        if i > 6:
            break
        odd += i
    else:
        odd = 1000
    out[5] = odd + 3

    whole = 0
    for i in range(3):
        if i > 5:
            break
    else:
        whole = 1
    out[6] = whole

    pairs = 0
    for i in range(10):
        for j in range(10):
            pairs += 1
    out[7] = pairs

    early = 0
    for i in range(10):
        for j in range(10):
            if j == 2:
                break
            early += 1
    out[8] = early

    own = 0
    for i in range(8):
        own += i
        i = 100
        own += 1
    out[9] = own

    found = 0
    for i in range(100):
        if i * i > 200:
            found = i
            break
    out[10] = found

    last = 7
    for last in range(4):
        pass
    out[11] = last

    for _ in range(-3, -1):
        out[12] += 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
