"""fsession.s: both ends of a function, in a program that may sleep."""
# kernel: 7.2
# attach: prog on open
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
@section("fsession.s/__x64_sys_openat")
def prog(ctx: c_void_p) -> c_int64:
    inside[pid()] ^= 1
    if inside[pid()] == 0:
        fired[pid()] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
