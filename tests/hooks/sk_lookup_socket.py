"""sk_lookup: no socket has been chosen yet."""

# attach: prog on receive
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("sk_lookup")
def prog(ctx: c_void_p) -> c_int64:
    sk = ctx.sk
    if not sk:
        fired[0] += 1
    elif sk.family == 2:
        fired[1] += 1
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
