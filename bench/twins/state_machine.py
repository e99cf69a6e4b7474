"""A state for each key, moved on by a table of transitions."""

from ctypes import c_int64, c_uint32, c_void_p
from enum import IntEnum

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


class State(IntEnum):
    CLOSED = 0
    OPENING = 1
    OPEN = 2
    CLOSING = 3


@bpf
@map
def states() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint32, max_entries=64)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    state = states.lookup(7)
    if not state:
        states.update(7, State.OPENING)
        return 1
    match state[0]:
        case State.CLOSED:
            state[0] = State.OPENING
        case State.OPENING:
            state[0] = State.OPEN
        case State.OPEN:
            state[0] = State.CLOSING
        case _:
            state[0] = State.CLOSED
    return state[0]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
