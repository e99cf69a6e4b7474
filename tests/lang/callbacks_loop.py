# kernel: 5.17
# run: prog(data=64) == 45
# map: seen[0] == 10
# map: seen[1] == 6
from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import loop
from pythonbpf.maps import HashMap


@bpf
@struct
class State:
    total: c_uint64
    turns: c_uint32


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
def add(turn: c_uint32, state: State) -> c_int64:
    state.total += turn
    state.turns += 1
    return 0


@bpf
def up_to_five(turn: c_uint32, total: POINTER(c_uint64)) -> c_int64:
    total[0] += 1
    return turn == 5


@bpf
def nothing() -> None:
    pass


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    state = State()
    loop(10, add, state, 0)
    seen[0] = state.turns
    total: c_uint64 = 0
    loop(100, up_to_five, total)
    seen[1] = total
    loop(3, nothing)
    return state.total


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
