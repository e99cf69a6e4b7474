"""What a callback is passed: variables, entries of maps, globals, what it was passed itself, the context."""
# kernel: 5.17
# run: nested(data=64) == 60
# run: of_map(data=64) == 45
# run: of_map(data=64) == 90
# run: of_global(data=64) == 50
# run: number_global(data=64) == 45
# run: number_map(data=64) == 50
# run: with_context(data=64) == 2
# map: seen[0] == 10
# map: seen[1] == 50
# map: seen[2] == 640
from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import loop
from pythonbpf.maps import Array, HashMap
from vmlinux import xdp_md


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
@map
def states() -> Array:
    return Array(value=State, max_entries=8)


@bpf
def inner(turn: c_uint32, state: State) -> c_int64:
    state.total += turn
    return 0


@bpf
def outer(turn: c_uint32, state: State) -> c_int64:
    state.turns += 1
    loop(4, inner, state, 0)
    return 0


@bpf
@section("xdp")
def nested(ctx: c_void_p) -> c_int64:
    state = State()
    loop(10, outer, state, 0)
    seen[0] = state.turns
    return state.total


@bpf
@section("xdp")
def of_map(ctx: c_void_p) -> c_int64:
    state = states.lookup(0)
    if state:
        loop(10, inner, state, 0)
        return state.total
    return 0


@bpf
@bpfglobal
def total() -> State:
    return State(total=5)


@bpf
@section("xdp")
def of_global(ctx: c_void_p) -> c_int64:
    global total
    loop(10, inner, total, 0)
    return total.total


@bpf
@bpfglobal
def count() -> c_uint64:
    return 0


@bpf
def counted(turn: c_uint32, n: POINTER(c_uint64)) -> c_int64:
    n[0] += turn
    return 0


@bpf
@section("xdp")
def number_global(ctx: c_void_p) -> c_int64:
    global count
    loop(10, counted, count, 0)
    return count


@bpf
@section("xdp")
def number_map(ctx: c_void_p) -> c_int64:
    seen[1] = 5
    v = seen.lookup(1)
    if v:
        loop(10, counted, v)
        return v[0]
    return 0


@bpf
def looks(turn: c_uint32, ctx: xdp_md) -> c_int64:
    seen[2] += ctx.data_end - ctx.data
    return 0


@bpf
@section("xdp")
def with_context(ctx: c_void_p) -> c_int64:
    loop(10, looks, ctx)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
