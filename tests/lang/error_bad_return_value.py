from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("lsm/file_open")
def deny(ctx: c_void_p) -> c_int64:
    return 1  # error: [bad-return-value]


@bpf
@section("lsm/file_open")
def deny_all(ctx: c_void_p) -> c_int64:
    return -1


@bpf
@section("lsm_cgroup/socket_bind")
def refuse(ctx: c_void_p) -> c_int64:
    return -1  # error: [bad-return-value]


@bpf
@section("fentry/do_nanosleep")
def entry(ctx: c_void_p) -> c_int64:
    return 1  # error: [bad-return-value]


@bpf
@section("fexit.s/do_nanosleep")
def exits(ctx: c_void_p) -> c_int64:
    return -1  # error: [bad-return-value]


@bpf
@section("fmod_ret/security_file_open")
def modify(ctx: c_void_p) -> c_int64:
    return -1


@bpf
@section("tp_btf/sched_switch")
def switch(ctx: c_void_p) -> c_int64:
    return 5


@bpf
@section("iter/task")
def walk(ctx: c_void_p) -> c_int64:
    return 2  # error: [bad-return-value]


@bpf
@section("sk_lookup")
def lookup(ctx: c_void_p) -> c_int64:
    return 2  # error: [bad-return-value]


@bpf
@section("netfilter")
def filter_packet(ctx: c_void_p) -> c_int64:
    return 2  # error: [bad-return-value]


@bpf
@section("cgroup/recvmsg4")
def receive(ctx: c_void_p) -> c_int64:
    return 0  # error: [bad-return-value]


@bpf
@section("cgroup/bind4")
def bind(ctx: c_void_p) -> c_int64:
    return 3


@bpf
@section("kprobe.session/do_nanosleep")
def session(ctx: c_void_p) -> c_int64:
    return 2  # error: [bad-return-value]


@bpf
@section("cgroup_skb/ingress")
def ingress(ctx: c_void_p) -> c_int64:
    return 7  # error: [bad-return-value]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return 17  # error: [bad-return-value]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
