# guide: [Wrong Decorator Order: wrong]
from pythonbpf import bpf, bpfglobal, section


# Wrong - @section before @bpf
@section("tracepoint/syscalls/sys_enter_open")
@bpf  # error: [decorator-order]
def my_func(ctx):  # warning: [implicit-annotation]
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
