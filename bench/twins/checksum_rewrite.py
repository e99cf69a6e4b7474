"""A destination address and port rewritten, with the checksums mended."""

from ctypes import c_int64, c_uint16, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import TC_ACT_OK, TC_ACT_SHOT
from pythonbpf.helper import l3_csum_replace, l4_csum_replace, skb_store_bytes
from pythonbpf.maps import HashMap
from pythonbpf.net import ETH_P_IP, be16, be32, ethhdr, htons, iphdr, udphdr

ADDRESS = 30
IP_CHECK = 24


@bpf
@struct
class Target:
    address: be32
    port: be16
    spare: be16


@bpf
@map
def targets() -> HashMap:
    return HashMap(key=be32, value=Target, max_entries=64)


@bpf
@section("tc")
def prog(ctx: c_void_p) -> c_int64:
    eth = ctx.packet(ethhdr)
    if not eth or eth.h_proto != htons(ETH_P_IP):
        return TC_ACT_OK
    ip = ctx.packet(iphdr, 14)
    if not ip or ip.protocol != 17 or ip.ihl != 5:
        return TC_ACT_OK
    udp = ctx.packet(udphdr, 34)
    if not udp:
        return TC_ACT_SHOT
    old = c_uint32(ip.daddr)
    old_port = c_uint16(udp.dest)
    target = targets.lookup(ip.daddr)
    if not target:
        return TC_ACT_OK
    l4_csum_replace(ctx, 40, old, c_uint32(target.address), 0x10 | 4)
    l4_csum_replace(ctx, 40, old_port, c_uint16(target.port), 2)
    l3_csum_replace(ctx, IP_CHECK, old, c_uint32(target.address), 4)
    skb_store_bytes(ctx, ADDRESS, target.address, 0)
    skb_store_bytes(ctx, 36, target.port, 0)
    return TC_ACT_OK


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
