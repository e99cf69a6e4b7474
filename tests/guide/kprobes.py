# guide: Kprobes allow attaching to any kernel function:
# guide: [Kprobes]
# expect: loads
from pythonbpf import bpf, bpfglobal, section


@bpf
@section("kprobe/do_sys_open")
def trace_sys_open(ctx):  # warning: [implicit-annotation]
    pass


@bpf
@section("kprobe/__x64_sys_write")
def trace_write(ctx):  # warning: [implicit-annotation]
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
