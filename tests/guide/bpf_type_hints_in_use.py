# guide: The function must have proper type hints
# guide: Provide type hints - Required for proper code generation
# run: prog(data=64) == 44
# The hints decide the arithmetic: 300 is 44 in 8 bits.
from ctypes import c_int64, c_uint8, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
def low_byte(value: c_uint32) -> c_uint8:
    return value


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return low_byte(300)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
