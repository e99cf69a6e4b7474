# guide: Kretprobes trigger when a kernel function returns:
# guide: [Kretprobes]
# expect: loads
from pythonbpf import bpf, bpfglobal, section


@bpf
@section("kretprobe/do_sys_open")
def trace_open_return(ctx):  # warning: [implicit-annotation]
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
