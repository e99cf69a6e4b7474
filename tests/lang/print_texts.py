# run: prog(data=64) == 2
# prints: ["bash", "full: full", "(bash) 2", "as", "fu", "ba"]
"""A text prints up to its end, and no further where it fills its string."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Task:
    comm: str(16)
    full: str(4)
    after: str(4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    task = Task()
    task.comm = "bash"
    task.full = "full"
    task.after = "xyz"
    print(task.comm)
    print("full:", task.full)
    print(f"({task.comm}) {1 + 1}")
    print(task.comm[1:3])
    print(task.full[:2])
    print(f"{task.comm:.2}")
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
