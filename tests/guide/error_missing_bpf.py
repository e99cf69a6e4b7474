# guide: [Missing @bpf Decorator: wrong]
from pythonbpf import bpf, bpfglobal, section


# Wrong - missing @bpf
@section("tracepoint/syscalls/sys_enter_open")  # error: [missing-bpf]
def my_func(ctx):  # warning: [implicit-annotation]
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
