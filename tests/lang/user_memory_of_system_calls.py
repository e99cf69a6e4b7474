"""Arguments of a system call that lead to memory of its process, by annotation."""

# expect: loads
# machine: lab
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import pid
from pythonbpf.maps import Array
from vmlinux import iovec, sockaddr_in


@bpf
@struct
class Facts:
    name: str(32)
    words: str(32) * 4
    port: c_uint16
    address: c_uint32
    lengths: c_uint64


@bpf
@bpfglobal
def TARGET() -> c_uint32:
    return 0


@bpf
@map
def facts() -> Array:
    return Array(value=Facts, max_entries=1)


@bpf
@section("ksyscall/execve")
def on_execve(ctx: c_void_p, name: c_char_p, argv: POINTER(c_char_p)) -> c_int64:
    told = facts.lookup(0)
    if not told or pid() != TARGET:
        return 0
    told.name = name
    for i in range(4):
        if not argv[i]:
            break
        told.words[i] = argv[i]
    return 0


@bpf
@section("ksyscall/connect")
def on_connect(ctx: c_void_p, fd: c_int32, address: POINTER(sockaddr_in)) -> c_int64:
    told = facts.lookup(0)
    if told and pid() == TARGET:
        told.port = address.sin_port
        told.address = address.sin_addr.s_addr
    return 0


@bpf
@section("ksyscall/writev")
def on_writev(ctx: c_void_p, fd: c_int32, vec: POINTER(iovec), count: c_int32) -> c_int64:
    told = facts.lookup(0)
    if not told or pid() != TARGET:
        return 0
    for i in range(8):
        if i >= count:
            break
        told.lengths += vec[i].iov_len
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
