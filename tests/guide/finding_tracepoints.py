"""A tracepoint found as the guide shows, and hooked by the path found.

# List all tracepoints
ls /sys/kernel/tracing/events/

# List syscall tracepoints
ls /sys/kernel/tracing/events/syscalls/

# View tracepoint format
cat /sys/kernel/tracing/events/syscalls/sys_enter_open/format
"""
# guide: To find available tracepoints on your system:
# guide: [Finding Tracepoints]
# expect: loads
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tracepoint/syscalls/sys_enter_open")
def found(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
