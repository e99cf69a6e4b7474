"""Texts are compared as a whole, by their start, and with several."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.helper import comm


@bpf
@struct
class Task:
    name: str(16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    task = Task()
    comm(task.name)
    if task.name == "loader":
        return 1
    if task.name.startswith("kworker/"):
        return 2
    if task.name in ("bash", "sh"):
        return 3
    return 4


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
