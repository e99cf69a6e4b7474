"""Hooks of the network that are attached to what only a test has: maps of sockets, routes, devices.

Each test has a network namespace of its own, in which real packets and streams make the hook run.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import network_hooks, newer_hooks

from pythonbpf import BPF

RELEASE = tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])
pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(not shutil.which("ip"), reason="needs the command ip"),
]

TIMES = 10
NEAR, FAR = "10.8.0.1", "10.8.0.2"
NEW_NAMESPACE = 0x40000000  # CLONE_NEWNET


ROUTE = """
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import BPF_OK
from pythonbpf.maps import HashMap


@bpf
@map
def passed() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@section("lwt_out")
def route(ctx: c_void_p) -> c_int64:
    passed[0] += 1
    return BPF_OK


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


def since(*version: int) -> pytest.MarkDecorator:
    return pytest.mark.skipif(version > RELEASE, reason=f"needs Linux {version[0]}.{version[1]}")


def ip(*words: str) -> bool:
    return subprocess.run(["ip", *words], capture_output=True, check=False).returncode == 0


def tc(*words: str) -> bool:
    return subprocess.run(["tc", *words], capture_output=True, check=False).returncode == 0


@pytest.fixture(autouse=True)
def namespace() -> Iterator[None]:
    """A network of this thread's own, with a working loopback."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open("rb") as before:
        assert libc.unshare(NEW_NAMESPACE) == 0, os.strerror(ctypes.get_errno())
        try:
            assert ip("link", "set", "lo", "up")
            yield
        finally:
            assert libc.setns(before.fileno(), NEW_NAMESPACE) == 0


@pytest.fixture
def b() -> Iterator[BPF]:
    opened = network_hooks.main()
    opened.load()
    yield opened
    opened.close()


@pytest.fixture
def newer() -> Iterator[BPF]:
    opened = newer_hooks.main()
    opened.load()
    yield opened
    opened.close()


def fired(b: BPF, key: int) -> int:
    return b["fired"].get(key, 0)


@pytest.fixture
def stream() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of one connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        peer, _ = server.accept()
        with client, peer:
            for end in client, peer:
                end.settimeout(5)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield client, peer


Ends = tuple[socket.socket, socket.socket]


def talk(client: socket.socket, peer: socket.socket) -> None:
    for _ in range(TIMES):
        client.sendall(b"four")
        assert peer.recv(16) == b"four"


def test_messages_that_a_socket_of_a_map_sends(b: BPF, stream: Ends) -> None:
    client, peer = stream
    b.programs["message"].attach(map="socks")
    # A socket takes the programs that the map has when it comes in.
    b["socks"][0] = client
    talk(client, peer)
    assert fired(b, 4) == TIMES
    assert b["lengths"][0] == 4 * TIMES
    del b["socks"][0]
    talk(client, peer)
    assert fired(b, 4) == TIMES


def test_streams_that_come_in_at_a_socket_of_a_map(b: BPF, stream: Ends) -> None:
    client, peer = stream
    parser, verdict = b.programs["parser"], b.programs["stream"]
    parser.attach(map="socks")
    verdict.attach(map="socks")
    b["socks"][0] = peer
    talk(client, peer)
    assert fired(b, 2) == fired(b, 3) == TIMES
    assert b["lengths"][0] == 4 * TIMES
    del b["socks"][0]
    talk(client, peer)
    assert fired(b, 3) == TIMES


def test_a_plain_sk_skb_program_gives_verdicts(b: BPF, stream: Ends) -> None:
    client, peer = stream
    b.programs["plain"].attach(map="socks")
    b["socks"][0] = peer
    talk(client, peer)
    assert fired(b, 5) == TIMES
    assert b["lengths"][0] == 4 * TIMES


@since(5, 14)
def test_verdicts_without_a_parser(newer: BPF, stream: Ends) -> None:
    client, peer = stream
    newer.programs["verdict"].attach(map="socks")
    newer["socks"][0] = peer
    talk(client, peer)
    assert fired(newer, 3) == TIMES


@since(5, 14)
def test_which_socket_of_a_port_takes_a_connection(newer: BPF) -> None:
    program = newer.programs["choice"]
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as one:
        address = one.getsockname()
        with socket.create_server(address, reuse_port=True):
            program.attach(socket=one)
            for _ in range(TIMES):
                socket.create_connection(address).close()
            assert fired(newer, 4) == TIMES
            program.detach()
            socket.create_connection(address).close()
            assert fired(newer, 4) == TIMES


def cable(queues: int = 1) -> None:
    """`near` and `far`, two ends of a cable; packets to `FAR` go out of `near`."""
    kind = ("type", "veth", "peer", "name", "far")
    assert ip("link", "add", "near", "numtxqueues", str(queues), *kind)
    connect("near", "far")


def connect(near: str, far: str) -> None:
    for name in near, far:
        assert ip("link", "set", name, "up")
    assert ip("address", "add", f"{NEAR}/24", "dev", near)
    mac = hardware(far).hex(":")
    assert ip("neigh", "add", FAR, "lladdr", mac, "dev", near, "nud", "permanent")


def hardware(name: str) -> bytes:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as end:
        end.bind((name, 0))
        return end.getsockname()[4]


def send(address: str = FAR) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(TIMES):
            sender.sendto(b"packet", (address, 9))
    time.sleep(0.05)


def test_flows_are_dissected(b: BPF) -> None:
    # Which queue a packet leaves through depends on its flow.
    cable(queues=2)
    program = b.programs["dissector"]
    program.attach()
    send()
    assert fired(b, 1) >= TIMES
    program.detach()
    before = fired(b, 1)
    send()
    assert fired(b, 1) == before


@since(6, 8)
def test_both_sides_of_a_netkit_pair(newer: BPF) -> None:
    before = set(socket.if_nameindex())
    # Commands that do not know such devices can make a pair that the kernel names.
    if not ip("link", "add", "near", "type", "netkit"):
        pytest.skip("this kernel has no netkit devices (CONFIG_NETKIT)")
    names = {name for _, name in set(socket.if_nameindex()) - before}
    (far,) = names - {"near"}
    assert ip("address", "add", f"{NEAR}/24", "dev", "near")
    assert ip("address", "add", "10.7.0.1/24", "dev", far)
    for name in names:
        assert ip("link", "set", name, "up")
    for side, key, target in ("near", 1, FAR), ("far", 2, "10.7.0.2"):
        program = newer.programs[side]
        program.attach(interface="near")
        send(target)
        assert fired(newer, key) >= TIMES
        program.detach()
        ended = fired(newer, key)
        send(target)
        assert fired(newer, key) == ended


@pytest.mark.parametrize(("kind", "key"), [("device", 6), ("processor", 7)])
@pytest.mark.parametrize("packets", ["b", pytest.param("newer", marks=since(5, 18))])
def test_programs_in_maps_of_devices_and_processors(
    request: pytest.FixtureRequest, packets: str, kind: str, key: int
) -> None:
    b: BPF = request.getfixturevalue(packets)
    cable()
    if kind == "device":
        assert ip("link", "add", "third", "type", "veth", "peer", "name", "fourth")
        assert ip("link", "set", "third", "up")
        assert ip("link", "set", "fourth", "up")
        b["devices"][0] = ("third", b.programs["leaving"])
        # A cable takes such packets where its other end has a program, too.
        b.programs["passing"].attach(interface="fourth", mode="native")
    else:
        b["processors"][0] = (64, b.programs["elsewhere"])
    b.programs[f"to_{kind}"].attach(interface="far", mode="native")
    send()
    assert fired(b, key) >= TIMES


def test_only_programs_go_into_such_entries(b: BPF) -> None:
    with pytest.raises(TypeError, match="holds programs"):
        b["processors"][0] = (64, "elsewhere")
    with pytest.raises(TypeError, match="xdp/cpumap`, not of `xdp/devmap"):
        b["processors"][0] = (64, b.programs["leaving"])


@pytest.mark.parametrize(("way", "key"), [("in", 8), ("out", 9), ("xmit", 10)])
def test_routes_that_run_programs(b: BPF, way: str, key: int) -> None:
    cable()
    pinned = Path("/sys/fs/bpf") / f"pythonbpf-route-{os.getpid()}"
    b.programs[f"route_{way}"].pin(pinned)
    try:
        target = FAR if way != "in" else "10.8.7.7"
        run = ("encap", "bpf", way, "pinned", str(pinned))
        if way == "in":
            assert ip("route", "add", "local", f"{target}/32", *run, "dev", "lo")
        else:
            assert ip("route", "add", f"{target}/32", *run, "dev", "near")
        send(target)
        assert fired(b, key) >= TIMES
    finally:
        pinned.unlink()


def test_the_command_pins_programs_while_it_runs(tmp_path: Path) -> None:
    cable()
    source = tmp_path / "route.py"
    source.write_text(ROUTE)
    folder = Path("/sys/fs/bpf") / f"pythonbpf-command-{os.getpid()}"
    folder.mkdir()
    words = ["-m", "pythonbpf", "run", str(source), "--pin", str(folder)]
    try:
        with subprocess.Popen(
            [sys.executable, *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as command:
            assert command.stderr is not None
            assert any("pinned route" in line for line in iter(command.stderr.readline, ""))
            pinned = ("encap", "bpf", "out", "pinned", str(folder / "route"))
            assert ip("route", "add", f"{FAR}/32", *pinned, "dev", "near")
            send()
            command.send_signal(signal.SIGINT)
            out, _ = command.communicate(timeout=10)
        assert f"{TIMES}" in out
        assert list(folder.iterdir()) == []
    finally:
        folder.rmdir()


def test_segment_routing_runs_programs(b: BPF) -> None:
    cable()
    pinned = Path("/sys/fs/bpf") / f"pythonbpf-segment-{os.getpid()}"
    b.programs["segment"].pin(pinned)
    here, there = "fd00::9", "fd00::a"
    try:
        for name in "all", "far":
            for switch in "seg6_enabled", "forwarding":
                Path(f"/proc/sys/net/ipv6/conf/{name}/{switch}").write_text("1")
        run = ("encap", "seg6local", "action", "End.BPF", "endpoint", "pinned", str(pinned))
        if not ip("-6", "route", "add", f"{here}/128", *run, "dev", "near"):
            pytest.skip("this kernel has no programs of segment routing (CONFIG_IPV6_SEG6_BPF)")
        segments = b"".join(socket.inet_pton(socket.AF_INET6, name) for name in (there, here))
        routing = bytes([59, 4, 4, 1, 1, 0, 0, 0]) + segments
        ends = b"".join(socket.inet_pton(socket.AF_INET6, name) for name in ("fd00::1", here))
        packet = b"\x60\0\0\0" + len(routing).to_bytes(2, "big") + bytes([43, 64]) + ends + routing
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
            wire.bind(("near", 0))
            for _ in range(TIMES):
                wire.send(hardware("far") + hardware("near") + b"\x86\xdd" + packet)
        time.sleep(0.05)
        assert fired(b, 11) == TIMES
    finally:
        pinned.unlink()


@pytest.mark.skipif(not shutil.which("tc"), reason="needs the command tc")
def test_actions_of_traffic_control(b: BPF) -> None:
    cable()
    pinned = Path("/sys/fs/bpf") / f"pythonbpf-action-{os.getpid()}"
    b.programs["act"].pin(pinned)
    try:
        assert tc("qdisc", "add", "dev", "near", "clsact")
        run = ("action", "bpf", "object-pinned", str(pinned))
        if not tc("filter", "add", "dev", "near", "egress", "matchall", *run):
            pytest.skip("this kernel has no actions of programs (CONFIG_NET_ACT_BPF)")
        send()
        assert fired(b, 12) >= TIMES
    finally:
        pinned.unlink()


def test_a_pin_wants_a_bpf_file_system(b: BPF, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="not in a BPF file system"):
        b.programs["act"].pin(tmp_path / "program")
