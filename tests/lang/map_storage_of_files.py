# expect: loads
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import InodeStorage


@bpf
@map
def marks() -> InodeStorage:
    return InodeStorage(value=c_uint64)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    """What inodes have, which user space sets."""
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
