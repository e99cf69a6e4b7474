"""No LICENSE at all, and decorators without an import: both are said."""

from ctypes import c_int64, c_void_p

from pythonbpf import section


@bpf  # warning: [unimported-name]
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:  # error: [missing-license]
    return 0
