# run: prog(data=64) == 2
# prints: ["1 11 111"]
"""Values are those of their turn, whatever a later one does."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@bpfglobal
def count() -> c_int64:
    return 0


@bpf
def bump(by: c_int64) -> c_int64:
    global count
    count += by
    return count


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    print(bump(1), min(bump(10), 100), bump(100))
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
