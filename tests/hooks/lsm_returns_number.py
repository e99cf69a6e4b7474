"""lsm: a number that is computed is an error or 0."""
# expect: loads
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import random


@bpf
@section("lsm/file_open")
def prog(ctx: c_void_p) -> c_int64:
    return random()


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
