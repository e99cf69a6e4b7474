"""What newer kernels have is refused for older ones."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import gid, pid, tid, uid


# Without `# kernel:` a case is built for 5.10.
@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def trace(ctx: c_void_p) -> c_int64:
    print(pid(), tid(), uid(), gid())  # error: [needs-newer-kernel]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
