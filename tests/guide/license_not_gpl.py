# guide: Many BPF features require a GPL-compatible license.
# guide: Using a non-GPL license may prevent your program from loading or accessing certain kernel features.
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import ktime


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    print("needs the GPL")  # error: [helper-needs-gpl]
    return ktime()


@bpf
@bpfglobal
def LICENSE() -> str:
    return "Proprietary"
