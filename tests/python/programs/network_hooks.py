"""One program for each kind of hook of the network that is attached to what a test makes."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import BPF_OK, SK_PASS, TC_ACT_OK, XDP_PASS
from pythonbpf.maps import Array, CpuMap, DevMap, HashMap, SockMap


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
@map
def lengths() -> Array:
    return Array(value=c_uint64, max_entries=1)


@bpf
@section("flow_dissector")
def dissector(ctx: c_void_p) -> c_int64:
    fired[1] += 1
    return BPF_OK


@bpf
@section("sk_skb/stream_parser")
def parser(ctx: c_void_p) -> c_int64:
    fired[2] += 1
    return ctx.len


@bpf
@section("sk_skb/stream_verdict")
def stream(ctx: c_void_p) -> c_int64:
    fired[3] += 1
    lengths[0] += ctx.len
    return SK_PASS


@bpf
@section("sk_msg")
def message(ctx: c_void_p) -> c_int64:
    fired[4] += 1
    lengths[0] += ctx.size
    return SK_PASS


@bpf
@section("sk_skb")
def plain(ctx: c_void_p) -> c_int64:
    fired[5] += 1
    lengths[0] += ctx.len
    return SK_PASS


@bpf
@section("xdp/devmap")
def leaving(ctx: c_void_p) -> c_int64:
    fired[6] += 1
    return XDP_PASS


@bpf
@section("xdp/cpumap")
def elsewhere(ctx: c_void_p) -> c_int64:
    fired[7] += 1
    return XDP_PASS


@bpf
@section("xdp")
def to_device(ctx: c_void_p) -> c_int64:
    return devices.redirect(0, 0)


@bpf
@section("xdp")
def to_processor(ctx: c_void_p) -> c_int64:
    return processors.redirect(0, 0)


@bpf
@section("xdp")
def passing(ctx: c_void_p) -> c_int64:
    return XDP_PASS


@bpf
@section("lwt_in")
def route_in(ctx: c_void_p) -> c_int64:
    fired[8] += 1
    return BPF_OK


@bpf
@section("lwt_out")
def route_out(ctx: c_void_p) -> c_int64:
    fired[9] += 1
    return BPF_OK


@bpf
@section("lwt_xmit")
def route_xmit(ctx: c_void_p) -> c_int64:
    fired[10] += 1
    return BPF_OK


@bpf
@section("lwt_seg6local")
def segment(ctx: c_void_p) -> c_int64:
    fired[11] += 1
    return BPF_OK


@bpf
@section("action")
def act(ctx: c_void_p) -> c_int64:
    fired[12] += 1
    return TC_ACT_OK


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
