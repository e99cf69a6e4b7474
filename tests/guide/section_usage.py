# guide: [@section: Usage]
# guide: The @section(name) decorator specifies which kernel hook to attach the BPF program to.
# expect: loads
from pythonbpf import bpf, section

@bpf
@section("tracepoint/syscalls/sys_enter_open")
def trace_open(ctx):  # warning: [implicit-annotation]
    pass


from pythonbpf import bpfglobal


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
