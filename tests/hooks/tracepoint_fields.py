"""tracepoint: fields of a system call's record."""
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
@section("tracepoint/syscalls/sys_enter_openat")
def prog(ctx: c_void_p) -> c_int64:
    name: str(64) = ""
    name = ctx.filename
    if ctx.dfd == -100 and name.startswith("/"):
        fired[pid()] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
