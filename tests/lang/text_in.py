# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 0
# map: out[2] == 0
# map: out[3] == 1
# map: out[4] == 1
"""`in` looks for a text among texts."""

from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


ONE = "dash"
OTHER = "sh"


@bpf
@struct
class Task:
    id: c_uint32
    comm: str(16)
    short: str(4)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    task = Task()
    task.comm = "sh"
    out[0] = task.comm in ("bash", "sh")
    out[1] = task.comm not in ("bash", "sh")
    out[2] = task.comm in ("bash", "zsh")
    out[3] = "sh" in ("bash", "sh")
    out[4] = 1 if task.comm in (ONE, OTHER) else 0
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
