"""Drops packets from the networks that are named, and counts them by network.

Try it on an interface of your own, such as one end of a veth pair:

    sudo ip link add veth0 type veth peer name veth1
    sudo python examples/xdp_firewall.py veth0 10.0.0.0/8 192.168.7.0/24
"""

import ipaddress
import sys
import time
from ctypes import c_uint32, c_uint64
from typing import Any

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import XDP_DROP, XDP_PASS
from pythonbpf.maps import LPMTrie, PerCpuArray
from pythonbpf.net import ETH_P_IP, be32, ethhdr, htons, iphdr


@bpf
@struct
class Prefix:
    length: c_uint32
    address: be32


@bpf
@map
def denied() -> LPMTrie:
    return LPMTrie(key=Prefix, value=c_uint64, max_entries=1024)


@bpf
@map
def passed() -> PerCpuArray:
    return PerCpuArray(value=c_uint64, max_entries=1)


@bpf
@section("xdp")
def firewall(ctx: Any) -> int:
    eth = ctx.packet(ethhdr, 0)
    if not eth or eth.h_proto != htons(ETH_P_IP):
        return XDP_PASS
    ip = ctx.packet(iphdr, 14)
    if not ip:
        return XDP_PASS
    rule = denied.lookup(Prefix(32, ip.saddr))
    if rule:
        rule[0] += 1
        return XDP_DROP
    passed[0] += 1
    return XDP_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def prefix(network: str) -> Prefix:
    """The key of a network such as ``10.0.0.0/8``."""
    net = ipaddress.IPv4Network(network)
    return Prefix(net.prefixlen, int.from_bytes(net.network_address.packed, sys.byteorder))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} INTERFACE NETWORK...")
    b = BPF()
    b.load()
    for network in sys.argv[2:]:
        b["denied"][prefix(network)] = 0
    b.attach_all(interface=sys.argv[1])
    try:
        while True:
            time.sleep(1)
            dropped = {network: b["denied"][prefix(network)] for network in sys.argv[2:]}
            print(f"passed {sum(b['passed'][0])}, dropped {dropped}", flush=True)
    except KeyboardInterrupt:
        b.close()
