from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section

HOOK = "xdp"


@bpf
@section("xpd")  # error: [bad-section]
def slip(ctx: c_void_p) -> c_int64:
    return 2


@bpf
@section(HOOK)  # error: [bad-section]
def by_name(ctx: c_void_p) -> c_int64:
    return 2


@bpf
@section("xdp", "again")  # error: [bad-section]
def two(ctx: c_void_p) -> c_int64:
    return 2


@bpf
@section("kprobe")  # error: [bad-section]
def no_function(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
