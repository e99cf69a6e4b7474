"""Spreads datagrams to one address over several servers, by their sender's port.

Rewrites the address of what comes in and mends both checksums:

    sudo python examples/tc_balancer.py veth0 10.0.0.100 10.0.0.2 10.0.0.3
"""

import ipaddress
import sys
import time
from ctypes import c_uint32, c_uint64
from typing import Any

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import TC_ACT_OK, l3_csum_replace, l4_csum_replace, skb_store_bytes
from pythonbpf.maps import Array
from pythonbpf.net import ETH_P_IP, IPPROTO_UDP, be32, ethhdr, htons, iphdr, ntohs, udphdr

IP_CSUM = 14 + 10
IP_DADDR = 14 + 16
UDP_CSUM = 14 + 20 + 6
PSEUDO_HEADER = 0x10
FOUR_BYTES = 4


@bpf
@bpfglobal
def SERVICE() -> c_uint32:
    """Its bytes as they go over the wire."""
    return c_uint32(0)


@bpf
@bpfglobal
def SERVERS() -> c_uint32:
    return c_uint32(1)


@bpf
@map
def servers() -> Array:
    return Array(value=be32, max_entries=16)


@bpf
@map
def sent() -> Array:
    return Array(value=c_uint64, max_entries=16)


@bpf
@section("tc")
def balance(ctx: Any) -> int:
    eth = ctx.packet(ethhdr, 0)
    ip = ctx.packet(iphdr, 14)
    udp = ctx.packet(udphdr, 34)
    if not eth or not ip or not udp or eth.h_proto != htons(ETH_P_IP):
        return TC_ACT_OK
    if ip.protocol != IPPROTO_UDP or ip.ihl != 5 or c_uint32(ip.daddr) != SERVICE:
        return TC_ACT_OK
    choice = c_uint32(ntohs(udp.source) % SERVERS)
    server = servers.lookup(choice)
    if not server:
        return TC_ACT_OK
    old = c_uint32(ip.daddr)
    new = c_uint32(server[0])
    l4_csum_replace(ctx, UDP_CSUM, old, new, PSEUDO_HEADER | FOUR_BYTES)
    l3_csum_replace(ctx, IP_CSUM, old, new, FOUR_BYTES)
    skb_store_bytes(ctx, IP_DADDR, new, 0)
    sent[choice] += 1
    return TC_ACT_OK


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def wire(address: str) -> int:
    """An IPv4 address as a ``be32`` lies in memory."""
    return int.from_bytes(ipaddress.IPv4Address(address).packed, sys.byteorder)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} INTERFACE SERVICE SERVER...")
    addresses = sys.argv[3:]
    b = BPF()
    b.globals["SERVICE"] = wire(sys.argv[2])
    b.globals["SERVERS"] = len(addresses)
    b.load()
    for number, address in enumerate(addresses):
        b["servers"][number] = wire(address)
    b.attach_all(interface=sys.argv[1])
    try:
        while True:
            time.sleep(1)
            print({address: b["sent"][n] for n, address in enumerate(addresses)}, flush=True)
    except KeyboardInterrupt:
        b.close()
