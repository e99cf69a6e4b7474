"""netfilter: the packet and the hook of its context."""

# attach: prog on receive with hook=local_in
# needs: netfilter
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("netfilter")
def prog(ctx: c_void_p) -> c_int64:
    state = ctx.state
    if state.hook == 1 and state.pf == 2 and ctx.skb.len > 0 and ctx.skb.dev.name != "":
        fired[0] += 1
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
