"""cgroup_skb/ingress: the socket that a packet is for."""

# attach: prog on receive
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import sk_fullsock
from pythonbpf.maps import HashMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("cgroup_skb/ingress")
def prog(ctx: c_void_p) -> c_int64:
    sk = ctx.sk
    if not sk or sk.family != 2:
        return 1
    full = sk_fullsock(sk)
    if full and full.src_port == ctx.local_port and full.protocol == 17:
        fired[0] += 1
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
