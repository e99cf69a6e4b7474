"""One object on every kernel: in the lab it was built elsewhere, with the types of another kernel."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import LAB_OBJECTS

import pythonbpf
from pythonbpf import BPF

SOURCE = Path(__file__).parents[1] / "lang" / "kernel_facts.py"


def cgroup_of_this_process() -> int | None:
    """The number of the group in the unified hierarchy, if that is mounted."""
    groups = Path("/proc/self/cgroup").read_text().splitlines()
    below = next((line[4:] for line in groups if line.startswith("0::/")), None)
    mounts = (line.split() for line in Path("/proc/self/mounts").read_text().splitlines())
    at = next((mount[1] for mount in mounts if mount[2] == "cgroup2"), None)
    if below is None or at is None:
        return None
    return (Path(at) / below).stat().st_ino


@pytest.fixture
def object_file(tmp_path: Path) -> Path:
    if LAB_OBJECTS is not None:
        return Path(LAB_OBJECTS).parent / "cases" / "lang" / "kernel_facts.o"
    made = tmp_path / "kernel_facts.o"
    pythonbpf.compile(SOURCE, made)
    return made


def told(object_file: Path, descriptors: tuple[int, int]) -> Any:
    with BPF.from_object(object_file) as b:
        b.load()
        for index, descriptor in enumerate(descriptors):
            b["descriptors"][index] = descriptor
        b.programs["read"].test_run()
        return b["facts"][0]


@pytest.mark.kernel
def test_one_object_tells_what_proc_tells(object_file: Path, tmp_path: Path) -> None:
    read = tmp_path / "a file with a name"
    read.write_bytes(b"x" * 1234)
    with socket.create_server(("127.0.0.1", 0)) as server, read.open("rb") as opened:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            facts = told(object_file, (opened.fileno(), client.fileno()))
            ports = (client.getsockname()[1], client.getpeername()[1])
    assert (facts.pid, facts.parent) == (os.getpid(), os.getppid())
    assert facts.comm == Path(f"/proc/self/task/{threading.get_native_id()}/comm").read_text()[:-1]
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    assert facts.start * os.sysconf("SC_CLK_TCK") // 10**9 == ticks
    assert facts.state == 0, "it runs"
    assert facts.file_name == read.name
    stat = read.stat()
    assert (facts.file_inode, facts.file_size) == (stat.st_ino, stat.st_size)
    assert facts.file_changed == int(stat.st_ctime)
    assert (facts.local_port, facts.remote_port) == ports
    group = cgroup_of_this_process()
    assert group in (facts.cgroup, None)
