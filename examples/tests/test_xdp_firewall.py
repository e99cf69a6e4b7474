"""Tests of the firewall: packets in, verdicts and counters out; nothing is attached.

    sudo python -m pytest examples/tests
"""

import ipaddress
import struct
import sys
from pathlib import Path

import pytest

from pythonbpf import BPF
from pythonbpf.helper import XDP_DROP, XDP_PASS

sys.path.insert(0, str(Path(__file__).parents[1]))

from xdp_firewall import prefix

pytestmark = [
    pytest.mark.bpf("../xdp_firewall.py"),
    pytest.mark.bpf_needs(section="xdp", map="LPMTrie"),
]


def packet(source: str) -> bytes:
    """An Ethernet frame with an IPv4 header from this address, and nothing in it."""
    ethernet = bytes(12) + struct.pack("!H", 0x0800)
    addresses = ipaddress.ip_address(source).packed + bytes(4)
    return ethernet + struct.pack("!BBHHHBBH", 0x45, 0, 20, 0, 0, 64, 17, 0) + addresses + bytes(26)


def deny(bpf: BPF, network: str) -> object:
    """Adds a network to those that are dropped; gives its key in the map."""
    key = prefix(network)
    bpf["denied"][key] = 0
    return key


@pytest.mark.parametrize("source", ["10.1.2.3", "10.255.0.1"])
def test_packets_of_denied_networks_are_dropped_and_counted(bpf: BPF, source: str) -> None:
    key = deny(bpf, "10.0.0.0/8")
    run = bpf.programs["firewall"].test_run(packet(source), repeat=5)
    assert run.retval == XDP_DROP
    assert bpf["denied"][key] == 5


def test_others_pass(bpf: BPF) -> None:
    deny(bpf, "10.0.0.0/8")
    assert bpf.programs["firewall"].test_run(packet("192.168.0.1")).retval == XDP_PASS
    assert bpf["passed"].sum(0) == 1


def test_a_packet_that_is_cut_short_passes(bpf: BPF) -> None:
    deny(bpf, "0.0.0.0/0")
    assert bpf.programs["firewall"].test_run(packet("10.1.2.3")[:20]).retval == XDP_PASS
