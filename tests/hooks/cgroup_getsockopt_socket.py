"""cgroup/getsockopt: the socket of its context."""

# attach: prog on getsockopt
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("cgroup/getsockopt")
def prog(ctx: c_void_p) -> c_int64:
    sk = ctx.sk
    if sk.family == 2 and sk.priority == 0:
        fired[0] += 1
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
