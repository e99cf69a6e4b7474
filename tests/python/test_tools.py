"""The tools among the examples, each held against work that a test makes itself.

In the lab's virtual machines the objects are those that another kernel's machine built.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import mmap
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import LAB_OBJECTS

from pythonbpf import BPF

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
RELEASE = tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])
pytestmark = pytest.mark.kernel


def tool(name: str) -> BPF:
    if LAB_OBJECTS is not None:
        return BPF.from_object(Path(LAB_OBJECTS).parent / "cases" / "examples" / f"{name}.o")
    return BPF(EXAMPLES / f"{name}.py")


@pytest.fixture
def running(request: pytest.FixtureRequest) -> Iterator[BPF]:
    with tool(request.param) as b:
        yield b


def of(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("running", [name], indirect=True, ids=[name])


def told(b: BPF, wanted: Callable[[Any], bool], count: int) -> list[Any]:
    """The first events that are wanted, or as many as come within a while."""
    found: list[Any] = []
    end = time.monotonic() + 10
    while len(found) < count and time.monotonic() < end:
        found += [event for event in b["events"].drain() if wanted(event)]
        time.sleep(0.02)
    # None comes behind.
    time.sleep(0.05)
    return found + [event for event in b["events"].drain() if wanted(event)]


WORDS = [
    ["one"],
    ["two words", "", "three"],
    ["naïve", "日本"],
    ["-n", "x" * 63],
    [str(number) for number in range(18)],
]


@of("execsnoop")
def test_each_program_is_told_with_its_arguments(running: BPF) -> None:
    true = "/bin/true"
    started: dict[int, list[str]] = {}
    for words in WORDS:
        with subprocess.Popen([true, *words]) as process:
            started[process.pid] = [true, *words]
    with pytest.raises(FileNotFoundError):
        subprocess.Popen(["/no/such/program", "x"])
    events = told(running, lambda e: e.ppid == os.getpid() or e.pid == os.getpid(), len(WORDS) + 1)
    worked = {e.pid: list(e.args[: e.count]) for e in events if e.ret == 0}
    assert worked == started
    failed = [list(e.args[: e.count]) for e in events if e.ret]
    assert failed == [["/no/such/program", "x"]]
    assert [e.ret for e in events if e.ret] == [-2]


@of("execsnoop")
def test_more_arguments_than_there_is_room_for_are_cut_off(running: BPF) -> None:
    with subprocess.Popen(["/bin/true", *map(str, range(40)), "y" * 200]) as process:
        pid = process.pid
    with subprocess.Popen(["/bin/true", "z" * 200]) as long:
        pass
    events = {e.pid: e for e in told(running, lambda e: e.pid in (pid, long.pid), 2)}
    assert list(events[pid].args) == ["/bin/true", *map(str, range(19))]
    assert events[long.pid].args[1] == "z" * 63


@of("opensnoop")
def test_each_opened_file_is_told_with_what_came_of_it(running: BPF, tmp_path: Path) -> None:
    present = tmp_path / "a file with a name"
    present.touch()
    missing, folder = tmp_path / "missing", tmp_path / "x" / ("long " * 30)
    expected: list[tuple[str, int]] = []
    for path in (present, missing, present, folder):
        with contextlib.ExitStack() as stack:
            if path == present:
                expected.append((str(path), stack.enter_context(path.open()).fileno()))
                continue
            with pytest.raises(FileNotFoundError):
                path.open()
            expected.append((str(path), -errno.ENOENT))
    here = str(tmp_path)
    events = told(running, lambda e: e.pid == os.getpid() and e.path.startswith(here), 5)
    # The first made the file.
    assert [(e.path, e.ret) for e in events[1:]] == expected
    assert {e.comm for e in events} == {Path("/proc/self/comm").read_text().strip()}


@of("opensnoop")
def test_a_path_that_nobody_has_touched_is_told(running: BPF, tmp_path: Path) -> None:
    source = tmp_path / "holds a path"
    source.write_bytes(b"/no/such/file\0".ljust(mmap.PAGESIZE, b"\0"))
    with source.open("r+b") as file:
        room = mmap.mmap(file.fileno(), mmap.PAGESIZE)
    start = ctypes.c_char.from_buffer(room)
    library = ctypes.CDLL(None, use_errno=True)
    # The page comes with the first look at it, which is the kernel's.
    assert library.open(ctypes.c_void_p(ctypes.addressof(start)), os.O_RDONLY) == -1
    assert ctypes.get_errno() == errno.ENOENT
    events = told(running, lambda e: e.pid == os.getpid() and e.ret == -errno.ENOENT, 1)
    assert [e.path for e in events] == ["/no/such/file"]
    del start
    room.close()


@of("exitsnoop")
def test_each_process_that_ends_is_told_with_its_code_or_signal(running: BPF) -> None:
    expected: dict[int, tuple[int, int]] = {}
    for code in (0, 1, 42):
        with subprocess.Popen(["/bin/sh", "-c", f"exit {code}"]) as process:
            pass
        expected[process.pid] = (code, 0)
    for number in (signal.SIGKILL, signal.SIGTERM):
        before = time.monotonic()
        with subprocess.Popen(["/bin/sleep", "60"]) as process:
            time.sleep(0.2)
            process.send_signal(number)
        lived = time.monotonic() - before
        expected[process.pid] = (0, int(number))
    events = {e.pid: e for e in told(running, lambda e: e.pid in expected, len(expected))}
    assert {pid: (e.code, e.signal) for pid, e in events.items()} == expected
    assert {e.ppid for e in events.values()} == {os.getpid()}
    # The last of them slept a fifth of a second.
    last = events[process.pid]
    assert last.comm == "sleep"
    assert 0.19 < last.age / 1e9 < lived + 0.05


def talk(sender: socket.socket, receiver: socket.socket, data: bytes) -> None:
    """Sends so much at once as always finds room."""
    for start in range(0, len(data), 16384):
        part = data[start : start + 16384]
        sender.sendall(part)
        left = len(part)
        while left:
            left -= len(receiver.recv(left))


def closed(family: int, address: str, sent: bytes, answer: bytes) -> tuple[int, int]:
    """A connection over which both ends send something; the ports of both."""
    with socket.create_server((address, 0), family=family) as server:
        port = server.getsockname()[1]
        with socket.create_connection((address, port)) as client:
            own = client.getsockname()[1]
            peer, _ = server.accept()
            with peer:
                talk(client, peer, sent)
                talk(peer, client, answer)
                client.close()
                assert peer.recv(1) == b""
    return own, port


def v6() -> bool:
    with contextlib.suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


MAPPED = bytes(10) + b"\xff\xff"


@of("tcpconnect")
def test_each_connection_is_told_with_its_addresses(running: BPF) -> None:
    _, port = closed(socket.AF_INET, "127.0.0.1", b"x", b"y")
    expected = [(socket.AF_INET, MAPPED + bytes([127, 0, 0, 1]), port)]
    if v6():
        _, port = closed(socket.AF_INET6, "::1", b"x", b"y")
        expected.append((socket.AF_INET6, bytes(15) + b"\1", port))
    with socket.socket() as refused:
        refused.bind(("127.0.0.2", 0))
        nobody = refused.getsockname()[1]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", nobody))
    expected.append((socket.AF_INET, MAPPED + bytes([127, 0, 0, 2]), nobody))
    events = told(running, lambda e: e.pid == os.getpid(), len(expected))
    assert [(e.family, bytes(e.target), e.dport) for e in events] == expected
    assert {e.comm for e in events} == {Path("/proc/self/comm").read_text().strip()}


@of("tcplife")
@pytest.mark.parametrize(("sent", "answer"), [(1000, 10), (0, 5), (3_000_000, 70_000)])
def test_each_connection_that_ends_is_told_with_its_bytes(
    running: BPF, sent: int, answer: int
) -> None:
    before = time.monotonic()
    own, port = closed(socket.AF_INET, "127.0.0.1", bytes(sent), bytes(answer))
    lived = time.monotonic() - before
    events = told(running, lambda e: {e.sport, e.dport} == {own, port}, 2)
    found = {e.sport: (e.dport, e.sent, e.received) for e in events}
    assert found == {own: (port, sent, answer), port: (own, answer, sent)}
    assert {bytes(e.source) for e in events} == {MAPPED + bytes([127, 0, 0, 1])}
    client = next(e for e in events if e.sport == own)
    assert client.pid == os.getpid()
    assert 0 < client.lived / 1e9 < lived + 0.5


@pytest.mark.skipif(LAB_OBJECTS is None, reason="needs a kernel with kprobes")
@of("filelife")
def test_each_file_that_is_removed_is_told_with_its_age(running: BPF, tmp_path: Path) -> None:
    for name, wait in (("short", 0.0), ("longer", 0.3)):
        path = tmp_path / name
        path.write_text("x")
        time.sleep(wait)
        path.unlink()
    (tmp_path / "kept").touch()
    events = told(running, lambda e: e.pid == os.getpid(), 2)
    assert [e.name for e in events] == ["short", "longer"]
    ages = [e.age / 1e9 for e in events]
    assert ages[0] < 0.2
    assert 0.29 < ages[1] < 0.8


def ran_and_waited(pid: int) -> tuple[int, int]:
    """How long a process has run, and waited for a CPU, by the scheduler's own clock."""
    ran, waited, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    return int(ran), int(waited)


def test_what_tasks_wait_for_a_cpu_is_counted() -> None:
    b = tool("runqlat")
    busy = "import time\nend = time.monotonic() + 1.5\nwhile time.monotonic() < end: pass"
    with subprocess.Popen([sys.executable, "-c", "input()\n" + busy], stdin=subprocess.PIPE) as one:
        os.sched_setaffinity(one.pid, {0})
        b.globals.TARGET = one.pid
        with b:
            with subprocess.Popen([sys.executable, "-c", busy]) as rival:
                os.sched_setaffinity(rival.pid, {0})
                time.sleep(0.2)
                ran, waited = ran_and_waited(one.pid)
                counted, begin = b["total"][0], time.monotonic()
                assert one.stdin is not None
                one.stdin.write(b"\n")
                one.stdin.flush()
                time.sleep(0.7)
                after = ran_and_waited(one.pid)
                counted = b["total"][0] - counted
                elapsed = time.monotonic() - begin
                one.kill()
                rival.kill()
            times = sum(b["usecs"])
    # Clocks of emulated machines run apart: what is compared is the share of the time.
    truth = (after[1] - waited) / (after[0] - ran + after[1] - waited)
    assert truth > 0.3
    assert abs(counted / 1e9 / elapsed - truth) < 0.15
    assert times > 3


@pytest.mark.skipif(LAB_OBJECTS is None, reason="reads a disk that nobody else reads")
def test_each_request_of_a_disk_is_in_the_histogram() -> None:
    names = sorted(path.name for path in Path("/sys/block").iterdir())
    real = [name for name in names if re.match(r"nvme|vd|sd", name)]
    name = next(name for name in real if Path(f"/dev/{name}").exists())
    requests = 20
    block = 4096

    def completed() -> int:
        # A disk with several ways to it is counted where the way is.
        counts = (Path(f"/sys/block/{name}/stat").read_text().split()[0] for name in real)
        return max(map(int, counts))

    descriptor = os.open(f"/dev/{name}", os.O_RDONLY | os.O_DIRECT)
    try:
        with tool("biolatency") as b, contextlib.ExitStack() as stack:
            room = stack.enter_context(mmap.mmap(-1, block))
            before = completed()
            for index in range(requests):
                assert os.preadv(descriptor, [room], index * 2 * block) == block
            truth = completed() - before
            counted = sum(b["usecs"])
    finally:
        os.close(descriptor)
    assert counted == truth == requests
