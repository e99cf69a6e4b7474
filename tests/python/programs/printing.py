"""A program that prints; run with another process to look for."""

from ctypes import c_int64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, section
from pythonbpf.helper import pid


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def hello(ctx: c_void_p) -> c_int64:
    print(f"exec by {pid()}")
    return c_int64(0)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
