"""kprobe.session: a number that is computed is one of two."""
# expect: loads
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import random


@bpf
@section("kprobe.session")
def prog(ctx: c_void_p) -> c_int64:
    return random()


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
