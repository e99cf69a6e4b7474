"""fentry: the kernel takes 0 alone."""
# expect: loads
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import random


@bpf
@section("fentry/__x64_sys_openat")
def prog(ctx: c_void_p) -> c_int64:
    return random()


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
