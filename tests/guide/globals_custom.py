# guide: You can define other global variables:
# guide: [Custom Global Variables]
# guide: These can be referenced in your BPF functions, though modifying them at runtime is currently not supported.
# run: by_name(data=64) == 1001
# run: by_call(data=64) == 1001
# run: in_a_test(data=64) == 1000
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@bpfglobal
def DEBUG_MODE() -> int:
    return 1

@bpf
@bpfglobal
def MAX_EVENTS() -> int:
    return 1000


@bpf
@section("xdp")
def by_name(ctx: c_void_p) -> c_int64:
    return DEBUG_MODE + MAX_EVENTS


@bpf
@section("xdp")
def by_call(ctx: c_void_p) -> c_int64:
    return DEBUG_MODE() + MAX_EVENTS()


@bpf
@section("xdp")
def in_a_test(ctx: c_void_p) -> c_int64:
    if DEBUG_MODE:
        return MAX_EVENTS()
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
