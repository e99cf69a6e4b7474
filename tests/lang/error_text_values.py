from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Task:
    comm: str(16)
    short: str(4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    task = Task()
    number = 3
    room = str(16)  # error: [unsupported-expression]
    task.short = task.comm  # error: [type-mismatch]
    task.short = "too long"  # error: [out-of-range]
    if task.short == "too long":  # error: [out-of-range]
        return 1
    if task.comm == number:  # error: [type-mismatch]
        return 1
    if task.comm[0] == "ab":  # error: [type-mismatch]
        return 1
    if task.comm == b"a\0b":  # error: [out-of-range]
        return 1
    if "sh" in task.comm:  # error: [unsupported-expression]
        return 1
    if task.comm.lower() == "x":  # error: [unsupported-expression]
        return 1
    if task.comm.find("x") > 0:  # error: [unsupported-expression]
        return 1
    if task.comm.startswith(task.short):  # error: [constant-required]
        return 1
    if number.startswith("x"):  # error: [type-mismatch]
        return 1
    if task.comm.startswith("x", 3):  # error: [wrong-arguments]
        return 1
    task.comm = task.comm + "x"  # error: [type-mismatch]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
