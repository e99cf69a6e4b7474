# expect: loads
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import BPF_ANY, BPF_F_INGRESS
from pythonbpf.maps import ReuseportSockArray, SockHash, SockMap


@bpf
@map
def sockets() -> SockMap:
    return SockMap(max_entries=4)


@bpf
@map
def by_port() -> SockHash:
    return SockHash(key=c_uint32, max_entries=4)


@bpf
@map
def listeners() -> ReuseportSockArray:
    return ReuseportSockArray(max_entries=4)


@bpf
@section("sk_msg")
def messages(ctx: c_void_p) -> c_int64:
    """Sockets that messages, packets and connections are given to."""
    port: c_uint32 = 80
    if by_port.redirect_msg(ctx, port, BPF_F_INGRESS):
        return 1
    return sockets.redirect_msg(ctx, 1, flags=BPF_F_INGRESS)


@bpf
@section("sk_skb/stream_verdict")
def packets(ctx: c_void_p) -> c_int64:
    if by_port.redirect_skb(ctx, 80):
        return 1
    return sockets.redirect_skb(ctx, 1)


@bpf
@section("sockops")
def connections(ctx: c_void_p) -> c_int64:
    sockets.update_sock(ctx, 1, BPF_ANY)
    by_port.update_sock(ctx, 80, BPF_ANY)
    return 1


@bpf
@section("sk_reuseport")
def listener(ctx: c_void_p) -> c_int64:
    return 1 if listeners.select(ctx, 2) == 0 else 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
