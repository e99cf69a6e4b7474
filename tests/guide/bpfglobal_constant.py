# guide: BPF global variables are values that: Must be constant (cannot be modified at runtime in current implementation)
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import random


@bpf
@bpfglobal
def LIMIT() -> int:
    return 10


@bpf
@bpfglobal
def AT_RUN_TIME() -> int:
    return random()  # error: [bad-global-definition]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    LIMIT = 11  # error: [assign-to-constant]
    LIMIT += 1  # error: [assign-to-constant]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
