"""uprobe.session.s: both ends of a function of a library, in a program that may sleep."""
# kernel: 6.13
# attach: prog on getpid
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@map
def inside() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("uprobe.session.s//lib/x86_64-linux-gnu/libc.so.6:getpid")
def prog(ctx: c_void_p) -> c_int64:
    inside[pid()] ^= 1
    if inside[pid()] == 0:
        fired[pid()] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
