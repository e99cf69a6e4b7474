"""Each map type from both sides: what user space stores, a program reads, and back."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from programs import map_types

from pythonbpf import BPF, SystemRefusedError

pytestmark = pytest.mark.kernel

PACKET = bytes(64)

RUNNING = tuple(int(part) for part in os.uname().release.split(".")[:2])


def since(*version: int) -> pytest.MarkDecorator:
    """The first kernel that has all that a test uses."""
    return pytest.mark.skipif(version > RUNNING, reason=f"needs Linux {version[0]}.{version[1]}")


@pytest.fixture(scope="module")
def b() -> Generator[BPF]:
    made = map_types.main()
    made.load()
    yield made
    made.close()


def ran(b: BPF, program: str) -> int:
    return b.programs[program].test_run(data=PACKET).retval


def test_queues_and_stacks(b: BPF) -> None:
    requests, answers = b["requests"], b["answers"]
    for request in (10, 20, 30):
        requests.push(request)
    assert requests.peek() == 10
    assert ran(b, "answer") == 3
    assert requests.pop() is None
    assert answers.drain() == [31, 21, 11]
    for request in range(4):
        requests.push(request)
    with pytest.raises(Exception, match="full"):
        requests.push(4)
    with pytest.raises(TypeError):
        requests.push("x")
    assert [requests.pop() for _ in range(5)] == [0, 1, 2, 3, None]
    requests.push(7)
    assert "<td>7</td>" in requests._repr_html_()
    requests.drain()
    assert requests.peek() is None


def test_longest_prefixes(b: BPF) -> None:
    routes = b["routes"]
    routes[8, bytes([10, 0, 0, 0])] = 8
    assert ran(b, "route") == 8
    routes[map_types.Prefix(24, bytes([10, 1, 2, 0]))] = 24
    assert ran(b, "route") == 24
    assert routes[32, bytes([10, 1, 2, 9])] == 24
    assert len(routes) == 2
    del routes[24, bytes([10, 1, 2, 0])]
    assert ran(b, "route") == 8
    assert (32, bytes([11, 0, 0, 0])) not in routes


def test_maps_in_maps(b: BPF) -> None:
    tables, named = b["tables"], b["named"]
    tables[0][7] = 5
    assert b["first"][7] == 5
    tables[2] = {7: 30, 8: 1}
    named["row"] = {0: 100}
    assert ran(b, "nested") == 135
    assert dict(tables[2]) == {7: 30, 8: 1}
    assert named["row"][1] == 1
    assert sorted(key for key, _ in tables.items()) == [0, 2]
    tables[3] = b["first"]
    assert ran(b, "nested") == 140
    del tables[3], tables[2], named["row"]
    assert ran(b, "nested") == 5
    with pytest.raises(KeyError):
        tables[3]
    with pytest.raises(TypeError, match="holds maps"):
        tables[1] = 5


def test_programs_for_tail_calls(b: BPF) -> None:
    assert ran(b, "begin") == 1
    b["steps"][2] = b.programs["finish"]
    assert ran(b, "begin") == 77
    assert b["steps"][2] == b.programs["finish"].info.id
    b["steps"][2] = None
    assert ran(b, "begin") == 1
    with pytest.raises(TypeError, match="holds programs"):
        b["steps"][0] = 3


def test_what_does_not_go_into_a_map_is_told(b: BPF) -> None:
    def refused(name: str, key: Any, value: Any, reason: str) -> None:
        with pytest.raises(SystemRefusedError, match=reason) as error:
            b[name][key] = value
        assert error.value.errno

    refused("tables", 1, b["per_cpu"], "maps like `hash` with 4-byte.* is `percpu_array` with")
    refused("named", "row", b["first"], "`array` with .* 4 entries; this one is `hash` with")
    refused("routes", (33, bytes(4)), 1, "a prefix of 33 bits is longer than the key's 32")
    refused("steps", 1, b.programs["send"], "programs of the type `socket_filter`.* is `xdp`")
    refused("devices", 0, 99999, "no network interface `99999`; there are .*`lo`")
    refused("by_number", 0, 99999, "no network interface `99999`")
    refused("processors", 0, 1 << 20, "at most 16384 packets may wait for a CPU")
    refused("groups", 0, "/tmp", "it holds folders of control groups")
    with socket.socket() as alone:
        refused("sockets", 0, alone, "a TCP socket must be connected or listen")
        refused("sockets_by_port", 0, alone, "a TCP socket must be connected or listen")
        refused("listeners", 0, alone, "SO_REUSEPORT")
        refused("raw_sockets", 0, alone, "sockets of AF_XDP alone")
    with pytest.raises(SystemRefusedError, match="a prefix of 33 bits"):
        del b["routes"][33, bytes(4)]


def test_an_index_outside_is_told_as_one(b: BPF) -> None:
    for name, value in (("steps", b.programs["finish"]), ("tables", {}), ("devices", "lo")):
        with pytest.raises(IndexError, match=f"'{name}' has 4 entries: there is none at 9"):
            b[name][9] = value
    with pytest.raises(IndexError, match="'processors' has 4 entries: there is none at 9"):
        b["processors"][9] = 1
    with pytest.raises(IndexError, match="'steps' has 4 entries"):
        del b["steps"][9]
    with pytest.raises(IndexError, match="'per_cpu' has 2 entries: there is none at 9"):
        b["per_cpu"][9] = 1


def test_devices_and_processors(b: BPF) -> None:
    lo = socket.if_nametoindex("lo")
    assert ran(b, "send") == 0
    b["devices"][1] = "lo"
    b["by_number"][7] = lo
    b["processors"][0] = 64
    assert b["devices"][1] == b["by_number"][7] == lo
    assert dict(b["processors"]) == {0: 64}
    assert ran(b, "send") == 4
    del b["devices"][1]
    assert 1 not in b["devices"]
    with pytest.raises(OSError, match="interface"):
        b["devices"][1] = "no-such-one"


def test_sockets(b: BPF) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        peer, _ = server.accept()
        with client, peer:
            b["sockets"][1] = client
            b["sockets_by_port"][80] = peer.fileno()
            cookie = client.getsockopt(socket.SOL_SOCKET, 57, 8)  # SO_COOKIE
            assert b["sockets"][1] == int.from_bytes(cookie, "little")
            assert 80 in b["sockets_by_port"]
            del b["sockets"][1]
            assert 1 not in b["sockets"]
            b["notes"][client] = 7
            assert b["notes"][client] == 7
            del b["notes"][client]
            assert client not in b["notes"]
            with pytest.raises(TypeError, match="fileno"):
                b["sockets"][0] = "x"
            with pytest.raises(Exception, match="raw_sockets"):
                b["raw_sockets"][0] = client
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as shared:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        shared.bind(("127.0.0.1", 0))
        b["listeners"][2] = shared
        assert 2 in b["listeners"]


@pytest.fixture
def group() -> Generator[Path]:
    root = Path("/sys/fs/cgroup")
    if not (root / "cgroup.controllers").exists():
        root = root / "unified"
    if not (root / "cgroup.procs").exists():
        pytest.skip("no control groups of version 2")
    folder = root / f"pythonbpf-maps-{os.getpid()}"
    folder.mkdir()
    home = Path("/proc/self/cgroup").read_text().split("0::")[-1].strip().lstrip("/")
    yield folder
    (root / home / "cgroup.procs").write_text(str(os.getpid()))
    # Linux 5.10 may take a moment until it sees that nobody is there.
    for _ in range(50):
        with suppress(OSError):
            folder.rmdir()
            return
        time.sleep(0.02)
    folder.rmdir()


def test_control_groups(b: BPF, group: Path) -> None:
    b["groups"][0] = group
    b.programs["inside"].attach()
    os.getpgid(0)
    assert b["first"][100] == 1
    (group / "cgroup.procs").write_text(str(os.getpid()))
    os.getpgid(0)
    assert b["first"][100] == 2
    b.programs["inside"].detach()
    del b["groups"][0]


def test_sums_over_processors(b: BPF) -> None:
    before = b["per_cpu"].sum(0)
    ran(b, "answer")
    assert b["per_cpu"].sum(0) == before + 1
    assert b["per_cpu"].sums()[0] == before + 1


@contextmanager
def loaded(source: str, **options: Any) -> Generator[BPF]:
    head = (
        "from ctypes import *\nfrom pythonbpf import *\n"
        "from pythonbpf.helper import *\nfrom pythonbpf.maps import *\n"
    )
    tail = '\n@bpf\n@bpfglobal\ndef LICENSE() -> str:\n    return "GPL"\n'
    b = BPF(source=head + source + tail, **options)
    b.load()
    try:
        yield b
    finally:
        b.close()


@since(5, 16)
def test_bloom_filters() -> None:
    with loaded(
        """
@bpf
@map
def seen() -> BloomFilter:
    return BloomFilter(value=c_uint64, max_entries=64)

@bpf
@section("socket")
def prog(ctx: c_void_p) -> c_int64:
    seen.add(8)
    return 5 in seen
"""
    ) as b:
        b["seen"].add(5)
        assert 5 in b["seen"]
        assert ran(b, "prog") == 1
        assert 8 in b["seen"]
        assert 6 not in b["seen"]


@since(6, 2)
def test_what_owners_have(tmp_path: Path, group: Path) -> None:
    with loaded(
        """
@bpf
@map
def tasks() -> TaskStorage:
    return TaskStorage(value=c_uint64)

@bpf
@map
def files() -> InodeStorage:
    return InodeStorage(value=c_uint64)

@bpf
@map
def groups() -> CgrpStorage:
    return CgrpStorage(value=c_uint64)

@bpf
@section("raw_tp/sys_enter")
def prog(ctx: c_void_p) -> c_int64:
    mark = tasks.get(get_current_task_btf())
    if mark:
        mark[0] += 1
    return 0
"""
    ) as b:
        me = os.getpid()
        assert me not in b["tasks"]
        b["tasks"][me] = 10
        b.programs["prog"].test_run(ctx=bytes(16))
        assert b["tasks"][me] == 11
        del b["tasks"][me]
        with pytest.raises(KeyError):
            b["tasks"][me]
        place = tmp_path / "file"
        place.touch()
        b["files"][place] = 3
        with place.open() as file:
            assert b["files"][file] == 3
        b["groups"][group] = 4
        assert b["groups"][str(group)] == 4


def test_stacks() -> None:
    with loaded(
        """
@bpf
@map
def stacks() -> StackTrace:
    return StackTrace(max_entries=64, depth=16)

@bpf
@map
def found() -> Array:
    return Array(value=c_int64, max_entries=1)

@bpf
@section("tracepoint/syscalls/sys_enter_getpgid")
def prog(ctx: c_void_p) -> c_int64:
    found[0] = stacks.get_stackid(ctx, BPF_F_USER_STACK)
    return 0
"""
    ) as b:
        b.programs["prog"].attach()
        os.getpgid(0)
        b.programs["prog"].detach()
        number = b["found"][0]
        stack = b["stacks"][number]
        assert 1 <= len(stack) <= 16
        assert all(0 < address < 1 << 47 for address in stack)
        assert (number, stack) in b["stacks"].items()


def test_what_groups_have(group: Path) -> None:
    with loaded(
        """
@bpf
@map
def counts() -> CgroupStorage:
    return CgroupStorage(value=c_uint64)

@bpf
@section("cgroup_skb/egress")
def prog(ctx: c_void_p) -> c_int64:
    count = counts.get()
    count[0] += 1
    return 1
"""
    ) as b:
        b.programs["prog"].attach(cgroup=group)
        (group / "cgroup.procs").write_text(str(os.getpid()))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", ("127.0.0.1", 9))
        assert b["counts"][group.stat().st_ino] == 1


@since(6, 9)
def test_memory_that_is_shared() -> None:
    with loaded(
        """
@bpf
@map
def memory() -> Arena:
    return Arena(max_entries=2)

@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return 2
""",
    ) as b:
        memory = b["memory"]
        memory.write(5000, b"\x07\x08")
        assert memory.read(4999, 3) == b"\x00\x07\x08"
        with pytest.raises(OverflowError, match="inside"):
            memory.read(8190, 3)


PINNED = """
@bpf
@map
def pythonbpf_test_kept() -> Array:
    return Array(value=c_uint64, max_entries=1, pin="by_name")

@bpf
@section("socket")
def prog(ctx: c_void_p) -> c_int64:
    pythonbpf_test_kept[0] += 1
    return pythonbpf_test_kept[0]
"""


def test_maps_that_stay() -> None:
    pin = Path("/sys/fs/bpf/pythonbpf_test_kept")
    if not os.path.ismount(pin.parent):
        pytest.skip("no file system of BPF's")
    pin.unlink(missing_ok=True)
    try:
        for times in (1, 2, 3):
            with loaded(PINNED) as b:
                assert ran(b, "prog") == times
        assert pin.exists()
    finally:
        pin.unlink(missing_ok=True)
