# guide: [Missing @bpf Decorator: correct]
# guide: [Wrong Decorator Order: correct]
# expect: loads
from pythonbpf import bpf, bpfglobal, section


# Correct
@bpf
@section("tracepoint/syscalls/sys_enter_open")
def my_func(ctx):  # warning: [implicit-annotation]
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
