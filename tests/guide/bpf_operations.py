# guide: Only BPF-compatible operations are allowed inside
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    with open("/tmp/log") as log:  # error: [unsupported-statement]
        log.write("no")
    try:  # error: [unsupported-statement]
        x = 1
    except ValueError:
        pass
    import os  # error: [unsupported-statement]
    half = 0.5  # error: [unsupported-expression]
    squares = [n * n for n in range(4)]  # error: [unsupported-expression]
    square = lambda n: n * n  # error: [unsupported-expression]
    table = {1: 2}  # error: [unsupported-expression]
    text = f"{table}"  # error: [unsupported-expression]
    while True:  # error: [needs-newer-kernel]
        pass
    return len(os.listdir("/"))


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
