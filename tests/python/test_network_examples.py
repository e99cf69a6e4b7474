"""The network examples on a veth pair in a namespace of the test's own, with real packets."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.host("the examples and unshare are not in the guest"),
    pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare and ip"),
]

# Runs in a network namespace: `left` and `right` are two ends of one cable. Packets
# leave through `left` as they are, and the programs are attached to `right`.
SETTING = """
import ast, importlib.util, signal, socket, struct, subprocess, sys, time

def ip(*words):
    subprocess.run(["ip", *words], check=True)

ip("link", "set", "lo", "up")
ip("link", "add", "left", "type", "veth", "peer", "name", "right")
for name in ("left", "right"):
    ip("link", "set", name, "up")
ip("address", "add", "10.9.0.1/24", "dev", "right")
ip("address", "add", "10.9.0.2/24", "dev", "right")
ip("address", "add", "10.9.0.3/24", "dev", "right")

def checksum(data):
    if len(data) % 2:
        data += b"\\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff

def frame(source, target, sport, dport, payload):
    s, t = socket.inet_aton(source), socket.inet_aton(target)
    size = 8 + len(payload)
    udp = struct.pack("!HHHH", sport, dport, size, 0) + payload
    pseudo = s + t + struct.pack("!BBH", 0, 17, size)
    udp = udp[:6] + struct.pack("!H", checksum(pseudo + udp)) + udp[8:]
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + size, 1, 0, 64, 17, 0) + s + t
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return there.getsockname()[4] + b"\\2\\0\\0\\0\\0\\1" + b"\\x08\\0" + head + udp

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("left", 0))
there = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
there.bind(("right", 0))

class Example:
    def __init__(self, name, *words):
        command = [sys.executable, f"{FOLDER}/{name}.py", *words]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def line(self):
        self.process.stdout.readline()
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(10) in (0, -signal.SIGINT)
"""

FIREWALL = """
one = Example("xdp_firewall", "right", "10.1.0.0/16", "10.1.2.0/24", "192.168.0.0/16")
for source, times in (("10.1.9.9", 3), ("10.1.2.3", 2), ("10.2.0.1", 4), ("192.168.1.1", 1)):
    for _ in range(times):
        wire.send(frame(source, "10.9.0.1", 1000, 2000, b"x"))
print(one.line())
one.end()
"""

BALANCER = """
open("/proc/sys/net/ipv4/conf/all/rp_filter", "w").write("0")
open("/proc/sys/net/ipv4/conf/right/rp_filter", "w").write("0")
servers = {}
for address in ("10.9.0.2", "10.9.0.3"):
    servers[address] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    servers[address].bind((address, 9000))
    servers[address].settimeout(2)
one = Example("tc_balancer", "right", "10.9.0.100", "10.9.0.2", "10.9.0.3")
for port in range(5000, 5010):
    wire.send(frame("10.9.0.77", "10.9.0.100", port, 9000, b"hello %d" % port))
got = {address: sorted(int(s.recv(99).split()[1]) for _ in range(5)) for address, s in servers.items()}
print([got, ast.literal_eval(one.line())])
one.end()
"""

SOCKETS = """
one = Example("tc_sockets", "right")
ip("neighbour", "add", "10.9.0.50", "lladdr", "02:00:00:00:00:02", "dev", "right")
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
cookie = struct.unpack("Q", sender.getsockopt(socket.SOL_SOCKET, 57, 8))[0]
for _ in range(3):
    sender.sendto(b"y" * 100, ("10.9.0.50", 7))
print(ast.literal_eval(one.line())[cookie])
one.end()
"""


def ran(body: str) -> str:
    """What a script prints at last, run in a network namespace of its own."""
    script = f"FOLDER = {str(EXAMPLES)!r}\n{SETTING}\n{body}"
    command = ["unshare", "--net", "--mount", sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_a_firewall_drops_what_its_longest_prefixes_name() -> None:
    counted = "{'10.1.0.0/16': 3, '10.1.2.0/24': 2, '192.168.0.0/16': 1}"
    assert ran(FIREWALL) == f"passed 4, dropped {counted}"


def test_a_balancer_sends_datagrams_with_right_checksums_to_each_server() -> None:
    even, odd = list(range(5000, 5010, 2)), list(range(5001, 5010, 2))
    got, counted = {"10.9.0.2": even, "10.9.0.3": odd}, {"10.9.0.2": 5, "10.9.0.3": 5}
    assert ran(BALANCER) == str([got, counted])


def test_bytes_are_counted_by_the_socket_that_sends_them() -> None:
    # 100 bytes behind Ethernet's, IP's and UDP's headers.
    assert ran(SOCKETS) == str(3 * (100 + 14 + 20 + 8))
