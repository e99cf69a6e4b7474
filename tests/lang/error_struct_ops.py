# kernel: 6.1
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import StructOps
from vmlinux import task_struct, tcp_congestion_ops


@bpf
@section("struct_ops")
def half(ctx: c_void_p, sk) -> c_uint32:
    return sk.snd_cwndd  # error: [unknown-field]


@bpf
@section("struct_ops")
def more(ctx: c_void_p, sk, other: c_uint32) -> c_uint32:  # error: [bad-signature]
    return 0


@bpf
@section("struct_ops.s")
def sleeps(ctx: c_void_p, sk) -> c_int64:
    return 0


@bpf
@section("struct_ops")  # error: [bad-section]
def alone(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@section("raw_tp/sys_enter")
def other(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@map
def reno() -> StructOps:
    return StructOps(
        tcp_congestion_ops,
        name="a_name_that_is_too_long",  # error: [out-of-range]
        ssthresh=half,
        undo_cwnd=more,
        release=other,  # error: [bad-map-definition]
        cong_avoidd=half,  # error: [bad-map-definition]
        owner=half,  # error: [bad-map-definition]
        set_state=5,  # error: [bad-map-definition]
        get_info=sleeps,  # error: [bad-map-definition]
    )


@bpf
@map
def task() -> StructOps:
    return StructOps(task_struct, pid=1)  # error: [bad-map-definition]


@bpf
@map
def nothing() -> StructOps:
    return StructOps()  # error: [bad-map-definition]


@bpf
@section("struct_ops")
def keep(ctx: c_void_p, sk) -> c_uint32:
    return sk.snd_cwnd


@bpf
@map
def lacking() -> StructOps:
    return StructOps(tcp_congestion_ops, name="few", ssthresh=keep)  # error: [bad-map-definition]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
