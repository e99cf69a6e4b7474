# kernel: 6.4
# run: prog(data=64) == 2
# map: out[0] == 50000
# map: out[1] == 33
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
from pythonbpf.maps import Array


@bpf
@struct
class Big:
    words: c_uint32 * 6000
    odd: c_uint32 * 5


@bpf
@map
def bigs() -> Array:
    return Array(value=Big, max_entries=1)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    big = bigs.lookup(0)
    if not big:
        return 0
    total = 0
    for turn in range(10):
        for i in range(5000):
            big.words[i] += 1
        for i in range(5000):
            total += big.words[i] - turn
        for word in big.words:
            total += word & 1024
        for i, word in enumerate(big.odd):
            big.odd[i] = 0
    out[0] = total
    total = 0
    n = random() & 0 | 5
    for i in range(n + 2):
        if i < 5:
            big.odd[i] = i * 3
            total += big.odd[i] + (i == 4) * 3
    out[1] = total
    return 2

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
