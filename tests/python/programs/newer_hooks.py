"""Hooks of the network that only newer kernels have."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import SK_PASS, TCX_PASS, XDP_PASS
from pythonbpf.maps import CpuMap, DevMap, HashMap, SockMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=64)


@bpf
@map
def socks() -> SockMap:
    return SockMap(max_entries=8)


@bpf
@map
def devices() -> DevMap:
    return DevMap(max_entries=4, value=c_uint64)


@bpf
@map
def processors() -> CpuMap:
    return CpuMap(max_entries=1, value=c_uint64)


@bpf
@section("xdp.frags/devmap")
def leaving(ctx: c_void_p) -> c_int64:
    fired[6] += 1
    return XDP_PASS


@bpf
@section("xdp.frags/cpumap")
def elsewhere(ctx: c_void_p) -> c_int64:
    fired[7] += 1
    return XDP_PASS


@bpf
@section("xdp.frags")
def to_device(ctx: c_void_p) -> c_int64:
    return devices.redirect(0, 0)


@bpf
@section("xdp.frags")
def to_processor(ctx: c_void_p) -> c_int64:
    return processors.redirect(0, 0)


@bpf
@section("xdp.frags")
def passing(ctx: c_void_p) -> c_int64:
    return XDP_PASS


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
