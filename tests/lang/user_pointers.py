"""Memory of user space behind pointers: arrays of texts, structs by field, in tracepoints and probes."""
# expect: loads
# machine: lab
from ctypes import POINTER, c_char_p, c_int64, c_uint32, c_uint64, c_void_p, cast

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap
from pythonbpf.net import ntohs
from vmlinux import sockaddr_in, timespec64


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def arguments(ctx: c_void_p) -> c_int64:
    for i in range(8):
        arg = ctx.argv[i]
        if not arg:
            break
        text: str(16) = arg
        if text == "--help":
            seen[0] += 1
    first: str(32) = ctx.argv[0]
    name: str(32) = ctx.filename
    return first == name


@bpf
@section("ksyscall/execve")
def by_probe(ctx: c_void_p, filename: c_char_p, argv: POINTER(c_char_p)) -> c_int64:
    second: str(16) = argv[1]
    if second.startswith("-"):
        seen[1] += 1
    return 0


@bpf
@section("tracepoint/syscalls/sys_enter_connect")
def addresses(ctx: c_void_p) -> c_int64:
    if ctx.uservaddr.sa_family != 2:
        return 0
    address = cast(ctx.uservaddr, POINTER(sockaddr_in))
    seen[ntohs(address.sin_port)] += address.sin_addr.s_addr
    return 0


@bpf
@section("uprobe//lib/x86_64-linux-gnu/libc.so.6:nanosleep")
def sleeping(ctx: c_void_p, how_long: timespec64, left: timespec64) -> c_int64:
    seen[2] = how_long.tv_sec
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
