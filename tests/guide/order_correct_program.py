# guide: The order matters:
# guide: [Correct Order: a program]
# guide: Always use @bpf first - It must be the outermost decorator
# expect: loads
from pythonbpf import bpf, bpfglobal, section


@bpf # Always first
@section("tracepoint/syscalls/sys_enter_execve") # Section before other decorators
def my_function():  # warning: [implicit-annotation]
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
