# guide: [@bpf: Example]
# expect: loads
from pythonbpf import bpf, section
from ctypes import c_void_p, c_int64

@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def trace_exec(ctx: c_void_p) -> c_int64:
    print("Process started")
    return c_int64(0)


from pythonbpf import bpfglobal


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
