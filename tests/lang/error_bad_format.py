from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    x = 5
    width = 8
    print(f"{x:.2f}")  # error: [bad-format]
    print(f"{x:,}")  # error: [bad-format]
    print(f"{x!r}")  # error: [bad-format]
    print(f"{x:{width}}")  # error: [bad-format]
    print(x, x, x, x, x, x, x, x, x, x, x, x, x)  # error: [bad-format]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
