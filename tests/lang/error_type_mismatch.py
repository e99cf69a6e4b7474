from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap


@bpf
@struct
class Pair:
    a: c_uint32
    name: str(8)


@bpf
@struct
class Other:
    a: c_uint32


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=Pair, value=c_uint64, max_entries=4)


@bpf
def nothing(a: c_uint32) -> None:
    return 5  # error: [type-mismatch]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    pair = Pair()
    x = 5
    x = pair  # error: [type-mismatch]
    pair = Other()  # error: [type-mismatch]
    y: c_uint32 = "text"  # error: [type-mismatch]
    pair.name = 5  # error: [type-mismatch]
    pair.a = "text"  # error: [type-mismatch]
    z = pair + 1  # error: [type-mismatch]
    pairs.update(5, 5)  # error: [type-mismatch]
    v = pairs.lookup(Pair())
    v += 1  # warning: [maybe-missing, rebound-entry]
    a, b = 1, 2, 3  # error: [type-mismatch]
    n = None  # error: [type-mismatch]
    w = nothing(1)  # error: [type-mismatch]
    if x is None:  # error: [type-mismatch]
        return pair  # error: [type-mismatch]
    x: c_uint32 = 5  # error: [type-mismatch]
    if pairs:  # error: [type-mismatch]
        return pid  # error: [type-mismatch]
    return "two"  # error: [type-mismatch]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
