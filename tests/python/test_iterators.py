"""What iterators write is what /proc and the maps say."""

from __future__ import annotations

import os
import socket
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pythonbpf import BPF

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def loaded() -> Iterator[BPF]:
    b = BPF(Path(__file__).parent / "programs/iterators.py")
    b.load()
    yield b
    b.close()


def lines(b: BPF, program: str, **arguments: object) -> list[list[str]]:
    with b.programs[program].iter(**arguments) as text:  # pyright: ignore[reportArgumentType]
        return [line.split() for line in text]


def test_tasks_are_those_of_proc(loaded: BPF) -> None:
    head, *rows = lines(loaded, "tasks")
    assert head == ["pid", "parent", "name"]
    own = next(row for row in rows if int(row[0]) == os.getpid())
    name = Path("/proc/self/comm").read_text().strip()
    assert own[1:] == [str(os.getppid()), *name.split()]
    assert str(os.getppid()) in [row[0] for row in rows]


def test_bytes_are_written_as_they_are(loaded: BPF) -> None:
    with loaded.programs["numbers"].iter() as text:
        written = text.buffer.read()
    pids = struct.unpack(f"={len(written) // 4}I", written)
    assert os.getpid() in pids


def test_files_are_those_that_are_open(loaded: BPF) -> None:
    with tempfile.TemporaryFile() as file:
        inode = os.fstat(file.fileno()).st_ino
        wanted = [str(os.getpid()), str(file.fileno()), str(inode)]
        assert wanted in lines(loaded, "files")
    assert wanted not in lines(loaded, "files")


def test_entries_are_read_and_changed(loaded: BPF) -> None:
    squares = loaded["squares"]
    for number in range(10):
        squares[number] = number * number
    rows = lines(loaded, "entries", map="squares")
    assert sorted((int(key), int(value)) for key, value in rows) == [(n, n * n) for n in range(10)]
    assert set(squares.values()) == {0}


def test_sockets_are_told_by_their_ports(loaded: BPF) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        # 10 is TCP_LISTEN.
        assert [port, "10"] in lines(loaded, "sockets")
    assert [port, "10"] not in lines(loaded, "sockets")
