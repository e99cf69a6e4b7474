# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 1
# map: out[2] == 1
# map: out[3] == 0
# map: out[4] == 4
# map: out[5] == 1
# map: out[6] == 1
"""A global text is compared, read and replaced."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@bpfglobal
def WANTED() -> str(16):
    return "bash"


@bpf
@bpfglobal
def last() -> str(16):
    return b"none"


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    global last
    before = last
    last = "now"
    out[0] = before == "none"
    out[1] = last == "now"
    out[2] = WANTED == "bash"
    out[3] = WANTED == last
    out[4] = len(WANTED)
    out[5] = WANTED.endswith("sh")
    out[6] = WANTED[1:3] == "as"
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
