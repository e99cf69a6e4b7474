from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("lsm/file_open")
def deny(ctx: c_void_p) -> c_int64:
    return 1


@bpf
@section("cgroup_skb/ingress")
def ingress(ctx: c_void_p) -> c_int64:
    return 7  # error: [bad-return-value]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return 17  # error: [bad-return-value]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
