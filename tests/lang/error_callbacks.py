# kernel: 5.17
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import for_each_map_elem, loop
from pythonbpf.maps import HashMap


@bpf
@struct
class State:
    total: c_uint64


@bpf
@struct
class Other:
    total: c_uint64


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
def turn(number: c_uint32, state: State) -> c_int64:
    return 0


@bpf
def three(a: c_uint32, b: State, c: c_uint32) -> c_int64:
    return 0


@bpf
def gives(number: c_uint32) -> State:
    return State()


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    state = State()
    loop(10, turn, Other(), 0)  # error: [bad-callback]
    loop(10, three, state, 0)  # error: [bad-callback]
    loop(10, gives, state, 0)  # error: [bad-callback]
    loop(10, prog, state, 0)  # error: [bad-callback]
    loop(10, state, state, 0)  # error: [bad-callback]
    for_each_map_elem(counts, turn, state)  # error: [bad-callback]
    loop(10)  # error: [wrong-arguments]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
