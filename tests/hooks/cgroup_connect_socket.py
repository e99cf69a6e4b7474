"""cgroup/connect4: the socket of its context."""

# attach: prog on connect
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap

AF_INET = 2


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("cgroup/connect4")
def prog(ctx: c_void_p) -> c_int64:
    sk = ctx.sk
    if sk.family == AF_INET and sk.protocol == ctx.protocol and sk.type == ctx.type:
        if not sk.mark and sk.state:
            fired[pid()] += 1
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
