"""fmod_ret: what the earlier programs returned comes behind the arguments."""
# needs: function security_file_open
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
@section("fmod_ret/security_file_open")
def prog(ctx: c_void_p, file, ret) -> c_int64:
    if file.f_inode.i_ino != 0 and ret == 0:
        fired[pid()] += 1
    return ret


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
