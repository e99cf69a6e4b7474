"""A packet filter with a part that others may take the place of."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import XDP_DROP, XDP_PASS
from pythonbpf.maps import HashMap


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@section("xdp")
def filter(ctx: c_void_p) -> c_int64:
    seen[0] += 1
    if ctx.data_end - ctx.data > 100:
        return XDP_DROP
    return XDP_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
