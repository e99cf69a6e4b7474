from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.helper import random


@bpf
@struct
class Task:
    comm: str(16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    task = Task()
    number = random()
    a = task.comm[1:number]  # error: [constant-required]
    b = task.comm[-3:]  # error: [out-of-bounds]
    c = task.comm[::2]  # error: [unsupported-expression]
    d = number[1:2]  # error: [type-mismatch]
    task.comm[1:3] = "ab"  # error: [unsupported-expression]
    e = "abc"[5]  # error: [out-of-bounds]
    f = task.comm[20]  # error: [out-of-bounds]
    g = ord("ab")  # error: [type-mismatch]
    h = chr(number)  # error: [constant-required]
    i = chr(-1)  # error: [out-of-range]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
