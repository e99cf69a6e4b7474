from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
def inner(a: c_int64) -> c_int64:
    print(a)  # error: [helper-needs-gpl]
    return 0


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    return inner(5)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "MIT"
