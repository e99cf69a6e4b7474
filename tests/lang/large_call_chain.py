# run: prog(data=64) == 1212
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.helper import random


@bpf
@struct
class Part:
    words: c_uint64 * 32


@bpf
def third(n: c_uint64) -> c_int64:
    part = Part()
    part.words[n & 31] = n
    return part.words[2] + part.words[30]


@bpf
def second(n: c_uint64) -> c_int64:
    part = Part()
    part.words[n & 31] = n
    total = third(n) + 10
    return total + part.words[2]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    part = Part()
    n = random() & 0 | 2
    part.words[n & 31] = 100
    total = second(n)
    part.words[n & 31] *= 12
    return total + part.words[2] - second(n) + 12

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
