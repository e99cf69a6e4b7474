# kernel: 5.10
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_attach_cookie, ktime_get_tai_ns, loop, xdp_get_buff_len


@bpf
def turn(number: c_uint32) -> c_int64:
    return 0


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    loop(10, turn)  # error: [needs-newer-kernel] 5.17
    ktime_get_tai_ns()  # error: [needs-newer-kernel] 6.1
    return xdp_get_buff_len(ctx)  # error: [needs-newer-kernel] 5.18


@bpf
@section("raw_tracepoint/sched_switch")
def other(ctx: c_void_p) -> c_int64:
    return get_attach_cookie(ctx)  # error: [needs-newer-kernel] 5.15


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
