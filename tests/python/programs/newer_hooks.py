"""Hooks of the network that only newer kernels have."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import SK_PASS, TCX_PASS
from pythonbpf.maps import HashMap, SockMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=64)


@bpf
@map
def socks() -> SockMap:
    return SockMap(max_entries=8)


@bpf
@section("netkit/primary")
def near(ctx: c_void_p) -> c_int64:
    fired[1] += 1
    return TCX_PASS


@bpf
@section("netkit/peer")
def far(ctx: c_void_p) -> c_int64:
    fired[2] += 1
    return TCX_PASS


@bpf
@section("sk_skb/verdict")
def verdict(ctx: c_void_p) -> c_int64:
    fired[3] += 1
    return SK_PASS


@bpf
@section("sk_reuseport/migrate")
def choice(ctx: c_void_p) -> c_int64:
    fired[4] += 1
    return SK_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
