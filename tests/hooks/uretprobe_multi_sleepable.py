"""uretprobe.multi.s: where functions end, in a program that may sleep."""
# attach: prog on getpid
# needs: uprobe.multi
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("uretprobe.multi.s/libc.so.6:getpid")
def prog(ctx: c_void_p) -> c_int64:
    fired[pid()] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
