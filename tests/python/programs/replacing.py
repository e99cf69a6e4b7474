"""What takes the place of a packet filter."""

from ctypes import c_int64

from pythonbpf import BPF, bpf, bpfglobal, section
from pythonbpf.helper import XDP_DROP, XDP_PASS
from vmlinux import xdp_md


@bpf
@section("freplace/filter")
def stricter(ctx: xdp_md) -> c_int64:
    if ctx.data_end - ctx.data > 60:
        return XDP_DROP
    return XDP_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
