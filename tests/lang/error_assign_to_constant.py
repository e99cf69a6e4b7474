from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class State:
    count: c_uint32


@bpf
@bpfglobal
def LIMIT() -> int:
    return 1


@bpf
@bpfglobal
def STATE() -> State:
    return State()


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    LIMIT = 5  # error: [assign-to-constant]
    LIMIT += 1  # error: [assign-to-constant]
    STATE.count = 3  # error: [assign-to-constant]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
