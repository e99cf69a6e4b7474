# run: neither(data=64) == 1
# run: either(data=64) == 2
# run: as_value(data=64) == 1
# run: one_after_another(data=64) == 0
# run: members(data=64) == 0
# run: fill(data=64) == 2
# run: neither(data=64) == 2
# run: either(data=64) == 1
# run: as_value(data=64) == 0
# run: one_after_another(data=64) == 1
# run: members(data=64) == 1
# The verifier lets nobody put two pointers together, not even to ask whether
# both are null.
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def m() -> HashMap:
    return HashMap(key=c_uint32, value=c_int64, max_entries=8)


@bpf
@section("xdp")
def fill(ctx: c_void_p) -> c_int64:
    m[2] = 0
    return 2


@bpf
@section("xdp")
def neither(ctx: c_void_p) -> c_int64:
    a = m.lookup(1)
    b = m.lookup(2)
    if not a and not b:
        return 1
    return 2


@bpf
@section("xdp")
def either(ctx: c_void_p) -> c_int64:
    a = m.lookup(1)
    b = m.lookup(2)
    if a or b:
        return 1
    return 2


@bpf
@section("xdp")
def as_value(ctx: c_void_p) -> c_int64:
    a = m.lookup(1)
    b = m.lookup(2)
    return not a and not b


@bpf
@section("xdp")
def one_after_another(ctx: c_void_p) -> c_int64:
    x = 0
    a = m.lookup(1)
    b = m.lookup(2)
    c = m.lookup(3)
    if a:
        x = 1
    if b:
        x = 1
    if c:
        x = 1
    return x


@bpf
@section("xdp")
def members(ctx: c_void_p) -> c_int64:
    return 1 in m or 2 in m or 3 in m


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
