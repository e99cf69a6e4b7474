"""ksyscall: the arguments of a system call, by name."""
# attach: prog on open
from ctypes import c_char_p, c_int32, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("ksyscall/openat")
def prog(ctx: c_void_p, folder: c_int32, name: c_char_p, flags: c_int32) -> c_int64:
    text: str(64) = ""
    text = name
    if folder == -100 and text.startswith("/") and flags >= 0:
        fired[pid()] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
