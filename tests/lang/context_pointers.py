# Pointers of contexts are followed: sockets, keys of the flow dissector.
# expect: loads
from ctypes import c_int64, c_uint16, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import sk_fullsock


@bpf
@section("tc")
def packet(ctx: c_void_p) -> c_int64:
    sk = ctx.sk
    if not sk:
        return 0
    full = sk_fullsock(sk)
    if full and full.mark == 7 and sk.state == 1 and sk.src_port == 80:
        return 2
    return 0


@bpf
@section("flow_dissector")
def dissect(ctx: c_void_p) -> c_int64:
    keys = ctx.flow_keys
    keys.thoff = keys.nhoff + 20
    keys.ip_proto = 17
    keys.is_frag = 0
    keys.ipv4_src = 0x0100007F
    port = ctx.load(c_uint16, 20)
    if port:
        keys.sport = port[0]
    return 0


@bpf
@section("sk_msg")
def message(ctx: c_void_p) -> c_int64:
    return 1 if ctx.sk.protocol == 6 and ctx.sk.family == ctx.family else 0


@bpf
@section("cgroup/bind4")
def bind(ctx: c_void_p) -> c_int64:
    return 1 if ctx.sk.type == ctx.type else 0


@bpf
@section("cgroup/setsockopt")
def option(ctx: c_void_p) -> c_int64:
    return 1 if ctx.sk.bound_dev_if == 0 and ctx.sk.mark == 0 else 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
