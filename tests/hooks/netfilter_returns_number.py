"""netfilter: a number that is computed is one of two."""
# expect: loads
# needs: netfilter
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import random


@bpf
@section("netfilter")
def prog(ctx: c_void_p) -> c_int64:
    return random()


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
