"""A struct and an array that programs change."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class State:
    seen: c_uint64
    last: c_uint32
    depth: c_uint32


@bpf
@bpfglobal
def STATE() -> State:
    return State(seen=5)


@bpf
@bpfglobal
def COUNTS() -> c_uint64 * 8:
    return (c_uint64 * 8)(1, 2)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    global STATE, COUNTS
    STATE.seen += 1
    STATE.last = STATE.depth
    STATE.depth += 3
    COUNTS[STATE.seen & 7] += 10
    return COUNTS[1] + STATE.seen + STATE.last


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
