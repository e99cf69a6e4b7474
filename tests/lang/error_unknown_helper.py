from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, helper, section
from pythonbpf.helper import ktimes, pid


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    a = ktimes()  # error: [unknown-helper]
    b = helper.process_id()  # error: [unknown-helper]
    return a + b


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
