# run: prog(data=64) == 3
from ctypes import c_int64, c_uint16, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.helper import (
    BPF_F_CURRENT_NETNS,
    sk_fullsock,
    sk_lookup_udp,
    sk_release,
    skc_lookup_tcp,
    tcp_sock,
)


@bpf
@struct
class Tuple:
    saddr: c_uint32
    daddr: c_uint32
    sport: c_uint16
    dport: c_uint16


@bpf
@section("tc")
def prog(ctx: c_void_p) -> c_int64:
    t = Tuple(0x0100007F, 0x0100007F, 1, 2)
    sk = skc_lookup_tcp(ctx, t, BPF_F_CURRENT_NETNS, 0)
    if sk:
        full = sk_fullsock(sk)
        if full and full.mark == 5:
            sk_release(sk)
            return 1
        tcp = tcp_sock(sk)
        if tcp and tcp.snd_cwnd == 0:
            sk.release()
            return 2
        sk_release(sk)
    with sk_lookup_udp(ctx, t, BPF_F_CURRENT_NETNS) as other:
        if other.src_port == 9:
            return 4
    return 3


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
