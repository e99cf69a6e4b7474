"""tcp_send_ack: a congestion control sends an acknowledgement of its own, as DCTCP does."""
# expect: loads
# kernel: 6.1
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import tcp_send_ack
from pythonbpf.maps import StructOps
from vmlinux import tcp_congestion_ops, tcp_reno_cong_avoid, tcp_reno_undo_cwnd


@bpf
@section("struct_ops")
def half(ctx: c_void_p, sk) -> c_uint32:
    return max(sk.snd_cwnd >> 1, 2)


@bpf
@section("struct_ops")
def event(ctx: c_void_p, sk, what: c_uint32) -> c_int64:
    tcp_send_ack(sk, sk.rcv_nxt)
    return 0


@bpf
@section("struct_ops")
def grow(ctx: c_void_p, sk, ack: c_uint32, acked: c_uint32) -> c_int64:
    tcp_reno_cong_avoid(sk, ack, acked)
    return 0


@bpf
@section("struct_ops")
def undo(ctx: c_void_p, sk) -> c_uint32:
    return tcp_reno_undo_cwnd(sk)


@bpf
@map
def acking() -> StructOps:
    return StructOps(
        tcp_congestion_ops,
        name="bpf_acking",
        ssthresh=half,
        cwnd_event=event,
        cong_avoid=grow,
        undo_cwnd=undo,
    )


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
