# run: prog(data=64) == 3
# run: prog(data=64) == 6
# run: prog(data=64) == 9
# map: out[0] == 9
# map: out[1] == 30
# map: out[2] == -3
from ctypes import c_int8, c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class State:
    runs: c_uint32
    low: c_int8


@bpf
@bpfglobal
def COUNT() -> c_uint32:
    return 0


@bpf
@bpfglobal
def STEP() -> int:
    return 3


@bpf
@bpfglobal
def STATE() -> State:
    return State()


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=4)


@bpf
def advance() -> None:
    global COUNT
    COUNT += STEP


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    global STATE
    advance()
    out[0] = COUNT
    STATE.runs += 10
    STATE.low -= 1
    out[1] = STATE.runs
    out[2] = STATE.low
    return COUNT


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
