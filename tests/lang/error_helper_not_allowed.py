from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.helper import comm, redirect


@bpf
@struct
class Name:
    comm: str(16)


@bpf
def shared(a: c_uint32) -> c_int64:
    return redirect(a, 0)  # error: [helper-not-allowed]


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    return shared(1)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
