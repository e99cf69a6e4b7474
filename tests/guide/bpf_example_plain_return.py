# guide: [@bpf: Example]
# expect: loads
# The guide's other form of the same: a bare 0 and an f-string beside it.
from pythonbpf import bpf, section
from ctypes import c_void_p, c_int64
from pythonbpf import bpfglobal
from pythonbpf.helper import pid, tid, uid

@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def trace_exec(ctx: c_void_p) -> c_int64:
    print("Process started")
    return c_int64(0)


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def trace_plain(ctx: c_void_p) -> c_int64:
    print(f"Process {pid()} thread {tid()} of {uid()} started")
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
