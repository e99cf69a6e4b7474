# guide: The function must have proper type hints
# guide: Provide type hints - Required for proper code generation
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
def no_hints(a, b):  # error: [missing-annotation]
    return a + b


@bpf
def half_hints(a: c_uint32, b) -> c_uint32:  # error: [missing-annotation]
    return a


@bpf
def no_return(a: c_uint32):  # error: [missing-annotation]
    return a


@bpf
def unknown_hint(a: c_unit32) -> c_uint32:  # error: [unknown-type]
    return a


@bpf
@section("xdp")
def proper(ctx: c_void_p) -> c_int64:
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
