from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import random


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    count = random()
    left = random()
    while left:  # error: [needs-newer-kernel]
        left -= 1
    for i in range(count):  # error: [needs-newer-kernel]
        pass
    for a in range(0, 10, 0):  # error: [unbounded-loop]
        pass
    for b in range(10000000):  # error: [needs-newer-kernel]
        pass
    for c in range(1000):  # error: [unbounded-loop]
        for d in range(1000):
            count += d
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
