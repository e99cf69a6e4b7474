"""Memory of the process that makes a system call: texts behind addresses of texts, structs by
field, elements one behind the other, and what they lead to."""

# expect: loads
from ctypes import POINTER, c_char_p, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p, cast

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import pid
from pythonbpf.maps import Array
from vmlinux import sockaddr_in, sockaddr_in6


@bpf
@struct
class Facts:
    words: str(32) * 4
    variable: str(32)
    family: c_uint16
    port: c_uint16
    address: c_uint32
    address6: c_uint8 * 16
    lengths: c_uint64
    start: str(32)
    last: c_uint64
    slept: c_uint64


@bpf
@bpfglobal
def TARGET() -> c_uint32:
    return 0


@bpf
@map
def facts() -> Array:
    return Array(value=Facts, max_entries=1)


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def on_execve(ctx: c_void_p) -> c_int64:
    told = facts.lookup(0)
    if not told or pid() != TARGET:
        return 0
    for i in range(4):
        if not ctx.argv[i]:
            break
        told.words[i] = ctx.argv[i]
    told.variable = ctx.envp[0]
    return 0


@bpf
@section("tracepoint/syscalls/sys_enter_connect")
def on_connect(ctx: c_void_p) -> c_int64:
    told = facts.lookup(0)
    if not told or pid() != TARGET:
        return 0
    told.family = ctx.uservaddr.sa_family
    if told.family == 2:
        v4 = cast(ctx.uservaddr, POINTER(sockaddr_in))
        told.port = v4.sin_port
        told.address = v4.sin_addr.s_addr
    else:
        told.address6 = sockaddr_in6(ctx.uservaddr).sin6_addr.in6_u.u6_addr8
    return 0


@bpf
@section("tracepoint/syscalls/sys_enter_writev")
def on_writev(ctx: c_void_p) -> c_int64:
    told = facts.lookup(0)
    if not told or pid() != TARGET:
        return 0
    for i in range(8):
        if i >= ctx.vlen:
            break
        told.lengths += ctx.vec[i].iov_len
    told.start = cast(ctx.vec[1].iov_base, c_char_p)
    told.last = cast(ctx.vec[2].iov_base, POINTER(c_uint64))[1]
    return 0


@bpf
@section("tracepoint/syscalls/sys_enter_clock_nanosleep")
def on_sleep(ctx: c_void_p) -> c_int64:
    told = facts.lookup(0)
    if told and pid() == TARGET:
        told.slept = ctx.rqtp.tv_sec * 1000000000 + ctx.rqtp.tv_nsec
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
