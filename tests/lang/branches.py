# run: prog(data=64) == 2
# map: out[0] == 30
# map: out[1] == 10
# map: out[2] == 50
# map: out[3] == 5
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=4)


@bpf
def grade(points: c_int64) -> c_int64:
    """The docstring is no statement."""
    if points < 0:
        return 10
    elif points == 0:
        return 20
    elif points < 10:
        if points % 2:
            level = 30
        else:
            level = 40
    else:
        level = 50
    return level


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    out[0] = grade(5)
    out[1] = grade(-5)
    out[2] = grade(500)
    if grade(0) == 20:
        pass
    else:
        ...
    nested = 1 if grade(0) == 10 else 2 if grade(0) == 30 else 5
    out[3] = nested
    return 2 if grade(4) == 40 else 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
