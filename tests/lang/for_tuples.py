# run: prog(data=64) == 475
# map: out[0] == 22
# map: out[1] == 443
# map: out[2] == 12
# map: out[3] == -2
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import random
from pythonbpf.maps import Array


PORTS = (22, 53, 443)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    n = 0
    for port in PORTS:
        if n == 0:
            out[0] = port
        out[1] = port
        n += 1
    three = random() & 0 | 3
    total = 0
    for value in (1, three, 4, three + 1):
        total += value
    out[2] = total
    low = 5
    for signed in [3, -2, 7]:
        low = min(low, signed)
    out[3] = low
    if 53 not in PORTS or 54 in PORTS:
        return 1
    for i in reversed(range(4)):
        n += i
    return n + 443 + 23

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
