"""Where programs attach, what they must be told for it, and how they let go."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import hooks

from pythonbpf import BPF, AttachArgumentError, BpfError, NoSuchHookError, SystemRefusedError

RELEASE = tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])
pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(RELEASE < (5, 14), reason="a program of `syscall` needs Linux 5.14"),
]

TIMES = 10


@pytest.fixture
def b() -> Iterator[BPF]:
    opened = hooks.main()
    opened.load()
    yield opened
    opened.close()


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(("127.0.0.1", 0))
        yield made


def send(receiver: socket.socket) -> None:
    for _ in range(TIMES):
        receiver.sendto(b"x", receiver.getsockname())
        receiver.recv(16)


def fired(b: BPF, key: int = 0) -> int:
    return b["fired"].get(key, 0)


@pytest.mark.parametrize("name", ["packets", "choices"])
def test_a_program_on_a_socket(b: BPF, receiver: socket.socket, name: str) -> None:
    program = b.programs[name]
    program.attach(socket=receiver)
    send(receiver)
    assert fired(b) == TIMES
    program.detach()
    send(receiver)
    assert fired(b) == TIMES
    program.attach(socket=receiver.fileno())
    send(receiver)
    assert fired(b) == 2 * TIMES


def test_a_closed_socket_is_not_kept_open(b: BPF) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        address = made.getsockname()
        b.programs["packets"].attach(socket=made)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind(address)
        b.programs["packets"].detach()


def test_a_program_on_a_writable_tracepoint(b: BPF) -> None:
    program = b.programs["finished"]
    program.attach()
    for _ in range(TIMES):
        b.programs["packets"].test_run(data=bytes(64))
    assert fired(b) == 2 * TIMES
    program.detach()
    b.programs["packets"].test_run(data=bytes(64))
    assert fired(b) == 2 * TIMES + 1


def busy() -> None:
    end = time.monotonic() + 0.2
    while time.monotonic() < end:
        pass


def test_samples_of_a_process(b: BPF) -> None:
    program = b.programs["samples"]
    program.attach(pid=os.getpid(), event="cpu_clock", frequency=500)
    busy()
    program.detach()
    seen = fired(b, os.getpid())
    assert seen > 20
    busy()
    assert fired(b, os.getpid()) == seen
    # Only this process was looked at.
    assert set(b["fired"]) <= {0, os.getpid()}


def test_the_clock_of_every_cpu_is_what_samples_are_taken_by(b: BPF) -> None:
    b.programs["samples"].attach()
    busy()
    assert 5 < fired(b, os.getpid()) < 40


@pytest.mark.host("an emulated machine has other times")
def test_letting_go_does_not_wait(b: BPF) -> None:
    def took(call: Any) -> float:
        before = time.perf_counter()
        call()
        return time.perf_counter() - before

    program = b.programs["parents"]
    waits: list[float] = []
    for turn in range(1, 6):
        program.attach()
        for _ in range(TIMES):
            os.getppid()
        waits.append(took(program.detach))
        os.getppid()
        assert fired(b, os.getpid()) == turn * TIMES
    assert min(waits) < 0.02
    # The kernel takes 45 to 108 ms for each of both.
    closings: list[float] = []
    for _ in range(4):
        opened = hooks.main()
        opened.load()
        opened.programs["parents"].attach()
        opened.programs["users"].attach()
        closings.append(took(opened.close))
    assert min(closings) < 0.04


def test_what_is_attached_one_by_one_is_left_alone(b: BPF) -> None:
    b.attach_all()
    attached = {name for name, program in b.programs.items() if program.attached}
    assert attached == {"parents", "users", "samples", "finished"}


WRONG: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("samples", {"interfac": 1}, TypeError, "did you mean `interface`"),
    ("samples", {"interface": "lo"}, AttachArgumentError, "taken are event=…, frequency=…"),
    ("samples", {"event": "cpu_clok"}, ValueError, "`cpu_clock`"),
    ("samples", {"frequency": 1, "period": 1}, ValueError, "not both"),
    ("samples", {"frequency": 0}, ValueError, "at least 1"),
    ("samples", {"frequency": 10**9}, ValueError, "perf_event_max_sample_rate)"),
    ("samples", {"period": 2**63}, ValueError, "it is at most 9223372036854775807"),
    ("samples", {"cpu": 4095}, ValueError, "this machine's are"),
    ("samples", {"pid": 2**22 + 1}, NoSuchHookError, "no process 4194305"),
    ("samples", {"pid": "me"}, TypeError, "the number of a process"),
    ("packets", {}, AttachArgumentError, "an open socket: attach it with socket=…"),
    ("packets", {"socket": 987}, SystemRefusedError, "Bad file descriptor"),
    ("parents", {"symbol": "syscalls/sys_enter_getpidd"}, NoSuchHookError, "sys_enter_getpid"),
    ("parents", {"symbol": "getpid"}, ValueError, "`category/event`"),
    ("called", {}, BpfError, "test_run() runs it"),
    ("probe", {}, AttachArgumentError, "path=…, symbol=…"),
    ("probe", {"path": "/nowhere/lib.so", "symbol": "f"}, NoSuchHookError, "/nowhere/lib.so"),
    (
        "probe",
        {"path": "/bin/true", "symbol": "main", "pid": 2**22 + 1},
        NoSuchHookError,
        "no process",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "kind", "words"), WRONG)
def test_wrong_arguments_name_the_right_ones(
    b: BPF, name: str, arguments: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=re.escape(words)):
        b.programs[name].attach(**arguments)
    assert not b.programs[name].attached


def test_what_no_program_takes_is_refused(b: BPF) -> None:
    with pytest.raises(AttachArgumentError, match="no program of this object takes `mode`"):
        b.attach_all(mode="native")


def test_only_iterators_are_read(b: BPF) -> None:
    with pytest.raises(BpfError, match="no iterator"):
        b.programs["parents"].iter()


def test_the_descriptors_do_not_grow(b: BPF) -> None:
    descriptors = Path("/proc/self/fd")
    program = b.programs["parents"]
    program.attach()
    program.detach()
    time.sleep(0.3)
    before = len(list(descriptors.iterdir()))
    for _ in range(5):
        program.attach()
        program.detach()
    time.sleep(1)
    assert len(list(descriptors.iterdir())) == before
