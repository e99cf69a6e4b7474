# guide: [Kprobes]
# guide: [Kretprobes]
# guide: [XDP (eXpress Data Path)]
# The guide's snippets to the letter: under its own rules `@bpf` is missing.
from pythonbpf import bpf, bpfglobal, section


@section("kprobe/do_sys_open")  # error: [missing-bpf]
def trace_sys_open(ctx):  # warning: [implicit-annotation]
    pass

@section("kprobe/__x64_sys_write")  # error: [missing-bpf]
def trace_write(ctx):  # warning: [implicit-annotation]
    pass


@section("kretprobe/do_sys_open")  # error: [missing-bpf]
def trace_open_return(ctx):  # warning: [implicit-annotation]
    pass


from pythonbpf.helper import XDP_PASS
from ctypes import c_void_p, c_int64

@section("xdp")  # error: [missing-bpf]
def xdp_prog(ctx: c_void_p) -> c_int64:
    # XDP_PASS, XDP_DROP, XDP_ABORTED constants available from pythonbpf.helper
    return XDP_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
