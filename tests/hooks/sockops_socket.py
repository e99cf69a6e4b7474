"""sockops: the socket of its context, which may be missing."""

# attach: prog on tcp
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import tcp_sock
from pythonbpf.maps import HashMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("sockops")
def prog(ctx: c_void_p) -> c_int64:
    sk = ctx.sk
    if not sk:
        return 1
    tcp = tcp_sock(sk)
    if tcp and tcp.snd_cwnd == ctx.snd_cwnd and sk.family == ctx.family:
        fired[0] += 1
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
