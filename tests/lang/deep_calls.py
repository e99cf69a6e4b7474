# expect: loads
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import random


@bpf
def f0(x: c_int64) -> c_int64:
    for i in range(20):
        x += x * i ^ random()
    return x


@bpf
def f1(x: c_int64) -> c_int64:
    for i in range(20):
        x += x * i ^ random()
    if x & 1:
        x += f0(x)
    else:
        x ^= f0(x + 1)
    return x


@bpf
def f2(x: c_int64) -> c_int64:
    for i in range(20):
        x += x * i ^ random()
    if x & 1:
        x += f1(x)
    else:
        x ^= f1(x + 1)
    return x


@bpf
def f3(x: c_int64) -> c_int64:
    for i in range(20):
        x += x * i ^ random()
    if x & 1:
        x += f2(x)
    else:
        x ^= f2(x + 1)
    return x


@bpf
def f4(x: c_int64) -> c_int64:
    for i in range(20):
        x += x * i ^ random()
    if x & 1:
        x += f3(x)
    else:
        x ^= f3(x + 1)
    return x


@bpf
def f5(x: c_int64) -> c_int64:
    for i in range(20):
        x += x * i ^ random()
    if x & 1:
        x += f4(x)
    else:
        x ^= f4(x + 1)
    return x


@bpf
def f6(x: c_int64) -> c_int64:
    for i in range(20):
        x += x * i ^ random()
    if x & 1:
        x += f5(x)
    else:
        x ^= f5(x + 1)
    return x


@bpf
def f7(x: c_int64) -> c_int64:
    for i in range(20):
        x += x * i ^ random()
    if x & 1:
        x += f6(x)
    else:
        x ^= f6(x + 1)
    return x


@bpf
def f8(x: c_int64) -> c_int64:
    for i in range(20):
        x += x * i ^ random()
    if x & 1:
        x += f7(x)
    else:
        x ^= f7(x + 1)
    return x


@bpf
def f9(x: c_int64) -> c_int64:
    for i in range(20):
        x += x * i ^ random()
    if x & 1:
        x += f8(x)
    else:
        x ^= f8(x + 1)
    return x


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return 2 if f9(1) + f9(2) else 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
