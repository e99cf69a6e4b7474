from ctypes import c_int64, c_uint16, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.helper import BPF_F_CURRENT_NETNS, sk_lookup_tcp, sk_release


@bpf
@struct
class Tuple:
    saddr: c_uint32
    daddr: c_uint32
    sport: c_uint16
    dport: c_uint16


@bpf
@section("tc")
def leaks(ctx: c_void_p) -> c_int64:
    t = Tuple()
    sk = sk_lookup_tcp(ctx, t, BPF_F_CURRENT_NETNS, 0)
    if sk and sk.mark == 1:
        return 1  # error: [unfinished-reservation]
    if sk:
        sk_release(sk)
    return 0


@bpf
@section("tc")
def after(ctx: c_void_p) -> c_int64:
    t = Tuple()
    sk = sk_lookup_tcp(ctx, t, BPF_F_CURRENT_NETNS, 0)
    if not sk:
        return 0
    sk_release(sk)
    return sk.mark  # error: [finished-reservation]


@bpf
@section("tc")
def written(ctx: c_void_p) -> c_int64:
    with sk_lookup_tcp(ctx, Tuple(), BPF_F_CURRENT_NETNS, 0) as sk:
        sk.mark = 5  # error: [kernel-memory-written]
    return 0


@bpf
@section("tc")
def nameless(ctx: c_void_p) -> c_int64:
    t = Tuple()
    sk_lookup_tcp(ctx, t, BPF_F_CURRENT_NETNS, 0)  # error: [unfinished-reservation]
    sk = sk_lookup_tcp(ctx, t, BPF_F_CURRENT_NETNS, 0)
    sk_release(sk)  # error: [null-pointer]
    sk_release(t)  # error: [type-mismatch]
    if sk:
        sk_release(sk)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
