# Sockets of contexts may be missing, may not be full, and are only read.
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import sk_release


@bpf
@section("tc")
def packet(ctx: c_void_p) -> c_int64:
    a = ctx.sk.family  # error: [null-pointer]
    sk = ctx.sk
    if sk:
        b = sk.mark  # error: [unknown-field]
        sk.state = 1  # error: [kernel-memory-written]
        sk_release(sk)
    return 0


@bpf
@section("sockops")
def operation(ctx: c_void_p) -> c_int64:
    c = ctx.sk.mark  # error: [null-pointer]
    return 1


@bpf
@section("cgroup/connect4")
def connect(ctx: c_void_p) -> c_int64:
    d = ctx.sk.snd_cwnd  # error: [unknown-field]
    ctx.sk = 0  # error: [context-access]
    return 1


@bpf
@section("perf_event")
def sample(ctx: c_void_p) -> c_int64:
    e = ctx.regs.nothing  # error: [unknown-field]
    f = ctx.adr  # error: [unknown-field]
    ctx.addr = 1  # error: [context-access]
    return 0


@bpf
@section("netfilter")
def filtered(ctx: c_void_p) -> c_int64:
    g = ctx.skbs  # error: [unknown-field]
    ctx.skb.len = 1  # error: [kernel-memory-written]
    ctx.state = 0  # error: [context-access]
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
