# run: prog(data=64) == 44
from ctypes import c_int64, c_uint8, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Small:
    byte: c_uint8


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    small = Small()
    small.byte = 300  # warning: [truncated-constant]
    kept: c_uint8 = -1
    other = c_uint8(256)  # warning: [truncated-constant]
    return small.byte + other + (kept - 255)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
