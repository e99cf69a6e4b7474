"""The tracing examples, on work that the tests make themselves."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pythonbpf import BPF

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
READS = 100

pytestmark = [pytest.mark.kernel, pytest.mark.host("the examples are not in the guest")]


@contextmanager
def child(source: str) -> Generator[subprocess.Popen[str]]:
    """Another Python, which says when it is ready and goes on when it is told."""
    process = subprocess.Popen(
        [sys.executable, "-c", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_each_read_is_in_the_histogram() -> None:
    source = (
        "import os, time\n"
        "end, way = os.pipe()\n"
        f"os.write(way, b'x' * {READS})\n"
        "print('ready', flush=True)\n"
        "os.read(0, 1)\n"
        f"for _ in range({READS}): os.read(end, 1)\n"
        "print('done', flush=True)\n"
        "time.sleep(60)\n"
    )
    with child(source) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        b = BPF(EXAMPLES / "read_latency.py")
        b.globals.TARGET = process.pid
        with b:
            process.stdin.write("x")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n"
            counted = [sum(values) for values in b["histogram"].values()]
        # The one that it waited in may have begun before the program was attached.
        assert sum(counted) in (READS, READS + 1)
        assert not any(counted[:5]), "no system call takes less than 32 ns"


def test_stacks_of_a_busy_process_are_sampled() -> None:
    with child("print('ready', flush=True)\nwhile True: pass") as process:
        b = BPF(EXAMPLES / "profile_stacks.py")
        b.globals.TARGET = process.pid
        b.load()
        b.programs["on_tick"].attach(event="cpu_clock", frequency=99)
        end = time.monotonic() + 20
        while sum(b["counts"].values()) < 20 and time.monotonic() < end:
            time.sleep(0.1)
        samples = dict(b["counts"].items())
        maps = Path(f"/proc/{process.pid}/maps").read_text().splitlines()
        ranges = [[int(part, 16) for part in line.split()[0].split("-")] for line in maps]
        assert sum(samples.values()) >= 20
        assert {sample.pid for sample in samples} == {process.pid}
        users = [b["stacks"][sample.user] for sample in samples if sample.user >= 0]
        first = [next(address for address in stack if address) for stack in users]
        assert first
        assert all(any(low <= at < high for low, high in ranges) for at in first)
        b.close()


def test_host_names_come_from_the_c_library() -> None:
    source = (
        "import os, socket\n"
        "print('ready', flush=True)\n"
        "os.read(0, 1)\n"
        "try: socket.getaddrinfo('some-host.invalid', 80)\n"
        "except OSError: pass\n"
    )
    with child(source) as process, BPF(EXAMPLES / "host_lookups.py") as b:
        process.communicate("x")
        hosts = []
        for lookup in b["lookups"].iter(timeout=5):
            if lookup.pid == process.pid:
                hosts.append(lookup.host)
                break
    assert hosts == ["some-host.invalid"]
    assert process.returncode in (0, -signal.SIGKILL)
