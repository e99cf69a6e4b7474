"""A ring buffer at full rate: nothing is lost unseen, and no memory is kept.

Three seconds by default; ``PYTHONBPF_SOAK`` is another number of them.
"""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Callable

import pytest
from programs import flood

from pythonbpf import BPF

pytestmark = [pytest.mark.kernel, pytest.mark.host("an emulated CPU is too slow for it")]

SECONDS = float(os.environ.get("PYTHONBPF_SOAK", "3"))
PACKET = bytes(64)


def resident() -> int:
    """Bytes of memory that this process has now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def by_iteration(b: BPF, ends: threading.Event) -> int:
    count = 0
    while not ends.is_set():
        for _ in b["ring"].iter(timeout=0.01):
            count += 1
    return count


def by_draining(b: BPF, ends: threading.Event) -> int:
    count = 0
    while not ends.is_set():
        count += len(b["ring"].drain(tuples=True))
    return count


def by_batches(b: BPF, ends: threading.Event) -> int:
    pytest.importorskip("numpy", reason="NumPy is not installed")
    count = 0
    while not ends.is_set():
        count += sum(len(batch) for batch in b["ring"].batches(timeout=0.01))
    return count


@pytest.mark.parametrize("read", [by_iteration, by_draining, by_batches])
def test_delivered_and_lost_are_what_was_produced(read: Callable[..., int]) -> None:
    b = flood.main()
    b.load()
    ends, turns = threading.Event(), 0

    def produce() -> None:
        until = time.monotonic() + SECONDS / 3
        while time.monotonic() < until:
            b.programs["by_reserving"].test_run(PACKET, repeat=1000)
        ends.set()

    def idle() -> None:
        nonlocal turns
        while not ends.is_set():
            turns += 1
            time.sleep(0.002)

    threads = [threading.Thread(target=work) for work in (produce, idle)]
    before = resident()
    for thread in threads:
        thread.start()
    delivered = read(b, ends)
    for thread in threads:
        thread.join()
    delivered += len(b["ring"].drain())
    assert delivered + b["ring"].lost == b["produced"][0]
    assert delivered > 0
    # Others had the interpreter meanwhile, and nothing was kept.
    assert turns > 5 * SECONDS
    assert resident() - before < 16 * 1024 * 1024
    b.close()
