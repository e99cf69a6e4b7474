# guide: For network packet processing at the earliest point:
# guide: [XDP (eXpress Data Path)]
# run: xdp_prog(data=64) == 2
# run: xdp_drop(data=64) == 1
# run: xdp_aborted(data=64) == 0
# run: xdp_pass_wrapped(data=1500) == 2
from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import XDP_ABORTED, XDP_DROP
from pythonbpf.helper import XDP_PASS
from ctypes import c_void_p, c_int64

@bpf
@section("xdp")
def xdp_prog(ctx: c_void_p) -> c_int64:
    # XDP_PASS, XDP_DROP, XDP_ABORTED constants available from pythonbpf.helper
    return XDP_PASS


@bpf
@section("xdp")
def xdp_drop(ctx: c_void_p) -> c_int64:
    return XDP_DROP


@bpf
@section("xdp")
def xdp_aborted(ctx: c_void_p) -> c_int64:
    return XDP_ABORTED


@bpf
@section("xdp")
def xdp_pass_wrapped(ctx: c_void_p) -> c_int64:
    return c_int64(XDP_PASS)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
