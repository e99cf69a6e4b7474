# kernel: 5.16
# run: prog(data=64) == 2
# prints: ["1 2 3 4 bash -8 full", "twelve 1 1 1 1 1 1 1 1 1 1 1 1"]
"""More than three values go through the other helper."""

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
    a = 1
    print(a, a + 1, a + 2, a + 3, task.comm, a - 9, task.full)
    print("twelve", a, a, a, a, a, a, a, a, a, a, a, a)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
