from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Task:
    comm: str(16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    x = c_uint32(5)
    task = Task()
    print(f"{x:5d}")  # error: [needs-newer-kernel]
    print(f"{x:X}")  # error: [needs-newer-kernel]
    print(f"{x:c}")  # error: [needs-newer-kernel]
    print(f"{x:pI4}")  # error: [needs-newer-kernel]
    print(task.comm, task.comm)  # error: [needs-newer-kernel]
    print(f"{task.comm}a")  # error: [needs-newer-kernel]
    print(f"{task.comm:>20}")  # error: [needs-newer-kernel]
    print(x, x, x, x)  # error: [needs-newer-kernel]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
