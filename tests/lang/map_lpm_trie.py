# run: prog(data=64) == 2
# map: out[0] == 24
# map: out[1] == 8
# map: out[2] == 0
# map: out[3] == 25
# map: out[4] == 8
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, LPMTrie


@bpf
@struct
class Prefix:
    length: c_uint32
    address: c_uint8 * 4


@bpf
@map
def routes() -> LPMTrie:
    return LPMTrie(key=Prefix, value=c_uint64, max_entries=16)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    """Longest prefixes: a lookup finds the entry with the most bits in common."""
    routes[Prefix(8, (c_uint8 * 4)(10))] = 8
    routes[Prefix(24, (c_uint8 * 4)(10, 1, 2))] = 24
    here = Prefix(32, (c_uint8 * 4)(10, 1, 2, 3))
    out[0] = routes[here]
    there = Prefix(32, (c_uint8 * 4)(10, 9, 9, 9))
    out[1] = routes[there]
    out[2] = Prefix(32, (c_uint8 * 4)(11, 9, 9, 9)) in routes
    route = routes.lookup(here)
    if route:
        route[0] += 1
    out[3] = routes[here]
    del routes[Prefix(24, (c_uint8 * 4)(10, 1, 2))]
    out[4] = routes[here]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
