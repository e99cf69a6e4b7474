# The sockets of sk_reuseport are in its context from Linux 5.14 on.
# kernel: 5.14
# expect: loads
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("sk_reuseport/migrate")
def choose(ctx: c_void_p) -> c_int64:
    migrating = ctx.migrating_sk
    if migrating and migrating.state == 1:
        return 0
    return 1 if ctx.sk.mark == 0 else 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
