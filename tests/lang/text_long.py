# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 1
# map: out[2] == 0
# map: out[3] == 0
# map: out[4] == 90
# map: out[5] == 1
# map: out[6] == 0
"""A long text is compared in a loop or in many words."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


LONG = "/usr/share/some/rather/long/path/that/goes/on" + "/and/on/and/on/until/it/comes/to/its/very/end"


@bpf
@struct
class Long:
    path: str(200)
    other: str(200)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    long = Long()
    long.path = LONG
    long.other = long.path
    same = long.path == long.other
    long.other[70] = "X"
    out[0] = same
    out[1] = long.path == LONG
    out[2] = long.other == LONG
    out[3] = long.path == long.other
    out[4] = len(long.path)
    out[5] = long.path.endswith("/end")
    out[6] = long.path < long.other
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
