from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import random


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    a = before  # error: [maybe-unbound]
    before = 1
    if random() > 5:
        one = 1
    else:
        other = 2
    b = one  # error: [maybe-unbound]
    for i in range(0):
        never = 3
    c = never  # error: [maybe-unbound]
    d: c_int64
    e = d  # error: [maybe-unbound]
    if random() > 5:
        both = 1
    else:
        both = 2
    return both


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
