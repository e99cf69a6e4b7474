# guide: [Correct Order: a global]
# guide: Always use @bpf first - It must be the outermost decorator
# expect: loads
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    print("licensed without a hint")
    return 0


@bpf # Always first
@bpfglobal # Map/struct/bpfglobal after @bpf
def LICENSE():
    return "GPL"
