# expect: loads
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import SkStorage


@bpf
@map
def made() -> SkStorage:
    return SkStorage(value=c_uint64)


@bpf
@section("cgroup/sock_create")
def prog(ctx: c_void_p) -> c_int64:
    """What sockets have; the context of `cgroup/sock_create` is one."""
    mark = made.get(ctx, create=True)
    if mark:
        mark[0] = 1
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
