from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import random


@bpf
def long() -> c_int64:
    total = 0
    for i in range(10000):
        total += random()
    return total


@bpf
@section("xdp")
def calls(ctx: c_void_p) -> c_int64:
    total = 0
    for i in range(1000):  # error: [unbounded-loop]
        total += long()
    return 2 if total else 1


@bpf
@section("xdp")
def steps(ctx: c_void_p) -> c_int64:
    total = 0
    for i in range(90000):  # error: [unbounded-loop]
        total += random() * i + random() * i + random() * i + random() * i
    return 2 if total else 1


@bpf
@section("xdp")
def choices(ctx: c_void_p) -> c_int64:
    total = 0
    for i in range(10000):  # error: [unbounded-loop]
        if random() & 1:
            total += 1
    return 2 if total else 1


@bpf
@section("xdp")
def known_choices(ctx: c_void_p) -> c_int64:
    total = 0
    for i in range(10000):
        if i % 3 == 1:
            total += random()
    return 2 if total else 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
