# guide: [@bpf: Usage]
# expect: loads
# The same with the hook that makes the kernel call it.
from pythonbpf import bpf
from pythonbpf import bpfglobal, section

@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def my_function(ctx):  # warning: [implicit-annotation]
    # This function will be compiled to BPF bytecode
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
