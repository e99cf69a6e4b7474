# Programs that stand in a struct of the kernel, with arguments as it passes them.
# expect: loads
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import StructOps
from vmlinux import tcp_congestion_ops


@bpf
@section("struct_ops")
def half(ctx: c_void_p, sk) -> c_uint32:
    return max(sk.snd_cwnd >> 1, 2)


@bpf
@section("struct_ops/grow")
def grow(ctx: c_void_p, sk, ack: c_uint32, acked: c_uint32) -> c_int64:
    return ack + acked


@bpf
@section("struct_ops")
def keep(ctx: c_void_p, sk) -> c_uint32:
    return sk.snd_cwnd


@bpf
@map
def fixed() -> StructOps:
    return StructOps(
        tcp_congestion_ops, name="fixed", ssthresh=half, cong_avoid=grow, undo_cwnd=keep
    )


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
