"""Two XDP programs: one that passes and counts, one that drops and counts."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import XDP_DROP, XDP_PASS
from pythonbpf.maps import HashMap


@bpf
@map
def packets() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=2)


@bpf
@section("xdp")
def passing(ctx: c_void_p) -> c_int64:
    key = c_uint32(XDP_PASS)
    seen = packets.lookup(key)
    if seen:
        packets.update(key, seen + 1)
    else:
        packets.update(key, c_uint64(1))
    return XDP_PASS


@bpf
@section("xdp")
def dropping(ctx: c_void_p) -> c_int64:
    key = c_uint32(XDP_DROP)
    seen = packets.lookup(key)
    if seen:
        packets.update(key, seen + 1)
    else:
        packets.update(key, c_uint64(1))
    return XDP_DROP


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
