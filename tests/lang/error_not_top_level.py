from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section

try:

    @bpf
    @section("xdp")
    def in_a_try(ctx: c_void_p) -> c_int64:  # error: [not-top-level]
        return 2

except ImportError:
    pass


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    @bpf  # error: [unsupported-statement]
    def inner(a: c_int64) -> c_int64:  # error: [not-top-level]
        return a

    return inner(2)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
