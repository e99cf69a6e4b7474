"""A congestion control of TCP: a struct of the kernel whose members are programs."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, StructOps
from vmlinux import tcp_congestion_ops, tcp_reno_cong_avoid, tcp_reno_undo_cwnd, tcp_sock


@bpf
@map
def calls() -> Array:
    return Array(value=c_uint64, max_entries=4)


@bpf
@section("struct_ops")
def begin(ctx: c_void_p, sk: tcp_sock) -> c_int64:
    calls[0] += 1
    calls[3] = sk.snd_cwnd
    return 0


@bpf
@section("struct_ops")
def half(ctx: c_void_p, sk) -> c_uint32:
    calls[1] += 1
    return max(sk.snd_cwnd >> 1, 2)


@bpf
@section("struct_ops/grow")
def grow(ctx: c_void_p, sk, ack: c_uint32, acked: c_uint32) -> c_int64:
    calls[2] += 1
    tcp_reno_cong_avoid(sk, ack, acked)
    return 0


@bpf
@section("struct_ops")
def undo(ctx: c_void_p, sk) -> c_uint32:
    return tcp_reno_undo_cwnd(sk)


@bpf
@map
def reno() -> StructOps:
    return StructOps(
        tcp_congestion_ops,
        name="bpf_lang_reno",
        init=begin,
        ssthresh=half,
        cong_avoid=grow,
        undo_cwnd=undo,
    )


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
