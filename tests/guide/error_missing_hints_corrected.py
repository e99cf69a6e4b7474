# guide: [Missing Type Hints: correct]
# expect: compiles
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal


# Correct
@bpf
def my_func(ctx: c_void_p) -> c_int64:
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
