"""The packet is changed through checked pointers, and moved by helpers."""
# run: swap(data=0x010203040506a1a2a3a4a5a60800450000280001) == 161
# run: room(data=64) == 2
# run: store(data=0x0200000000010200000000020800450000280001000040060000a1b2c3d40a000002303900500000000100000000) == 9
# run: pulled(data=0x0200000000010200000000020800450000280001000040060000a1b2c3d40a000002303900500000000100000000) == 17
from ctypes import c_int64, c_uint8, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import skb_pull_data, skb_store_bytes, xdp_adjust_head
from pythonbpf.net import ETH_P_IP, ethhdr, htons, iphdr


@bpf
@section("xdp")
def swap(ctx: c_void_p) -> c_int64:
    eth = ctx.packet(ethhdr, 0)
    if not eth:
        return 0
    for i in range(6):
        byte = eth.h_dest[i]
        eth.h_dest[i] = eth.h_source[i]
        eth.h_source[i] = byte
    eth.h_proto = htons(ETH_P_IP)
    return eth.h_dest[0] if eth.h_source[5] == 6 else 0


@bpf
@section("xdp")
def room(ctx: c_void_p) -> c_int64:
    if xdp_adjust_head(ctx, -14):
        return 0
    eth = ctx.packet(ethhdr, 0)
    if not eth:
        return 1
    eth.h_proto = htons(0x0806)
    return 2


@bpf
@section("tc")
def store(ctx: c_void_p) -> c_int64:
    value = c_uint8(9)
    if skb_store_bytes(ctx, 22, value, 0):
        return 0
    ip = ctx.packet(iphdr, 14)
    return ip.ttl if ip else 1


@bpf
def moves(ctx: c_void_p) -> c_int64:
    return skb_pull_data(ctx, 40)


@bpf
@section("tc")
def pulled(ctx: c_void_p) -> c_int64:
    if moves(ctx):
        return 0
    ip = ctx.packet(iphdr, 14)
    if not ip:
        return 1
    ip.ttl = 17
    return ip.ttl


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
