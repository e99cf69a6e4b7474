"""What programs of control groups read and write of their contexts."""
# expect: loads
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.net import htonl, htons, ntohs


@bpf
@section("cgroup/connect4")
def connect(ctx: c_void_p) -> c_int64:
    if ctx.user_ip4 == htonl(0x0A000001) and ntohs(ctx.user_port) == 80:
        ctx.user_ip4 = htonl(0x7F000001)
        ctx.user_port = htons(8080)
    return 1


@bpf
@section("cgroup/connect6")
def connect6(ctx: c_void_p) -> c_int64:
    if ctx.user_ip6[3] == htonl(1):
        ctx.user_ip6[0] = ctx.user_ip6[1]
    return ctx.family == 10


@bpf
@section("cgroup/sysctl")
def sysctl(ctx: c_void_p) -> c_int64:
    return 0 if ctx.write else 1


@bpf
@section("cgroup/getsockopt")
def option(ctx: c_void_p) -> c_int64:
    if ctx.level == 1 and ctx.optname == 2:
        ctx.retval = 0
    return 1


@bpf
@section("cgroup/dev")
def device(ctx: c_void_p) -> c_int64:
    return ctx.major == 1 and ctx.minor != 3


@bpf
@section("sockops")
def sockets(ctx: c_void_p) -> c_int64:
    if ctx.op == 3 and ctx.remote_port == htonl(443):
        ctx.reply = 1
    return ctx.args[1] + ctx.snd_cwnd + ctx.local_port > 7


@bpf
@section("cgroup/sock_create")
def create(ctx: c_void_p) -> c_int64:
    ctx.mark = 1
    ctx.bound_dev_if = 0
    return 1


@bpf
@section("sk_lookup")
def lookup(ctx: c_void_p) -> c_int64:
    return ctx.local_port == 7 and ctx.remote_port != htons(9)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
