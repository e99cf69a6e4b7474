"""Events and maps in user space, beside C and BCC on the same map, in one run.

A program fills a ring buffer by test runs, and each contestant by turns empties it: C with
libbpf's consume loop and a callback that copies, `batches()`, `drain(tuples=True)`, iteration,
and BCC's own `event()` in its callback (BCC's classes are given our map, so that nothing need
be compiled). Then a hash map of a million entries is read: by C in batches, `to_numpy()`,
`dict()`, and key by key through ctypes. Times are of the CPU and not of the clock, and the best
of all rounds, which is what others on the machine disturb least. Needs root, libbpf's headers,
NumPy, and for BCC the package python3-bpfcc.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from ctypes import c_int64, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap, RingBuffer

HERE = Path(__file__).resolve().parent
EVENTS = 50_000
ENTRIES = 1_000_000


@bpf
@struct
class Event:
    number: c_uint64
    pid: c_uint32
    size: c_uint32


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=16 * 1024 * 1024)


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_uint64, value=c_uint64, max_entries=ENTRIES)


@bpf
@section("xdp")
def produce(ctx: c_void_p) -> c_int64:
    ring.output(Event(number=1, pid=2, size=3))
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def c_library(folder: str) -> ctypes.CDLL | None:
    """The contestants in C, or nothing where they cannot be built."""
    library = f"{folder}/consume.so"
    command = ["cc", "-O2", "-shared", "-fPIC", str(HERE / "consume.c"), "-o", library, "-lbpf"]
    if subprocess.run(command).returncode:
        return None
    found = ctypes.CDLL(library)
    found.ring_open.restype = ctypes.c_void_p
    found.ring_copy.restype = found.map_read.restype = ctypes.c_longlong
    return found


class Bcc:
    """BCC's ring buffer over a map that it did not make."""

    def __init__(self, descriptor: int) -> None:
        sys.path.append("/usr/lib/python3/dist-packages")
        from bcc import BPF as BccBPF
        from bcc.libbcc import lib
        from bcc.table import RingBuf

        class Fields(ctypes.Structure):
            _fields_ = (("number", c_uint64), ("pid", c_uint32), ("size", c_uint32))

        owner = BccBPF.__new__(BccBPF)
        owner._ringbuf_manager = None
        owner.tables, owner.module = {}, None
        self.table = RingBuf.__new__(RingBuf)
        self.table.bpf, self.table.map_fd = owner, descriptor
        self.table._event_class, self.table._cbs = Fields, {}
        self.total = self.count = 0
        self.table.open_ring_buffer(self.received)
        self.consume = lambda: lib.bpf_consume_ringbuf(owner._ringbuf_manager)

    def received(self, context: Any, data: Any, size: int) -> int:
        event = self.table.event(data)
        self.total += event.number
        self.count += 1
        return 0

    def run(self) -> int:
        self.count = 0
        self.consume()
        return self.count


def timed(work: Callable[[], int]) -> tuple[float, int]:
    began = time.thread_time_ns()
    count = work()
    return float(time.thread_time_ns() - began), count


def event_contestants(b: BPF, c: ctypes.CDLL | None) -> dict[str, Callable[[], tuple[float, int]]]:
    events = b["ring"]

    def batches() -> int:
        return sum(len(batch) for batch in events.batches(timeout=0))

    def drain() -> int:
        total = 0
        drained = events.drain(tuples=True)
        for number, _, _ in drained:
            total += number
        assert total == len(drained)
        return total

    def iterate() -> int:
        total = 0
        for event in events.iter(timeout=0):
            total += event.number
        return total

    found: dict[str, Callable[[], tuple[float, int]]] = {
        "batches()": lambda: timed(batches),
        "drain(tuples=True)": lambda: timed(drain),
        "iteration": lambda: timed(iterate),
    }
    if c is not None:
        ring = ctypes.c_void_p(c.ring_open(events.fileno()))

        def copy() -> tuple[float, int]:
            count = ctypes.c_longlong()
            return float(c.ring_copy(ring, ctypes.byref(count))), count.value

        found["C, copying"] = copy
    try:
        bcc = Bcc(events.fileno())
        found["BCC, event()"] = lambda: timed(bcc.run)
    except ImportError as error:
        print(f"BCC is left out: {error}", file=sys.stderr)
    return found


def compare_events(b: BPF, c: ctypes.CDLL | None, rounds: int) -> dict[str, list[float]]:
    """Nanoseconds an event, one figure for each round."""
    contestants = event_contestants(b, c)
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(rounds + 1):
        for name, run in contestants.items():
            b.programs["produce"].test_run(bytes(64), repeat=EVENTS)
            taken, count = run()
            assert count == EVENTS, (name, count)
            if turn:  # the first one warms up
                figures[name].append(taken / count)
    return figures


def key_by_key(descriptor: int) -> int:
    """What a binding of libbpf's calls does for each entry."""
    library = ctypes.CDLL("libbpf.so.1")
    key, following, value = c_uint64(), c_uint64(), c_uint64()
    next_key, look_up = library.bpf_map_get_next_key, library.bpf_map_lookup_elem
    at, to, into = ctypes.byref(key), ctypes.byref(following), ctypes.byref(value)
    found: dict[int, int] = {}
    status = next_key(descriptor, None, to)
    while status == 0:
        key.value = following.value
        look_up(descriptor, at, into)
        found[key.value] = value.value
        status = next_key(descriptor, at, to)
    return len(found)


def compare_maps(b: BPF, c: ctypes.CDLL | None, rounds: int) -> dict[str, list[float]]:
    """Nanoseconds an entry."""
    entries = b["table"]
    entries.update((key, key * 3) for key in range(ENTRIES))
    descriptor = entries.fileno()
    contestants: dict[str, Callable[[], tuple[float, int]]] = {
        "to_numpy()": lambda: timed(lambda: len(entries.to_numpy())),
        "dict()": lambda: timed(lambda: len(dict(entries))),
        "dict(items())": lambda: timed(lambda: len(dict(entries.items()))),
        "key by key, ctypes": lambda: timed(lambda: key_by_key(descriptor)),
    }
    if c is not None:

        def read() -> tuple[float, int]:
            count = ctypes.c_longlong()
            taken = c.map_read(descriptor, 8, 8, ENTRIES, 16384, ctypes.byref(count))
            return float(taken), count.value

        contestants["C, batches"] = read
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(rounds + 1):
        for name, run in contestants.items():
            taken, count = run()
            assert count == ENTRIES, (name, count)
            if turn:
                figures[name].append(taken / count)
    os.close(descriptor)
    return figures


GOALS = (
    ("batches()", "C, copying", 0.4),
    ("iteration", "BCC, event()", 7.0),
    ("drain(tuples=True)", "BCC, event()", 10.0),
    ("to_numpy()", "C, batches", 0.7),
    ("dict()", "key by key, ctypes", 4.0),
    ("dict(items())", "key by key, ctypes", 4.0),
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        c = c_library(folder)
        b = BPF()
        b.load()
        figures = compare_events(b, c, arguments.rounds)
        figures |= compare_maps(b, c, max(3, arguments.rounds // 5))
        b.close()
    print(f"{'':24}{'ns each':>10}{'M/s':>9}{'median':>9}")
    for name, each in figures.items():
        best = min(each)
        print(f"{name:24}{best:10.1f}{1000 / best:9.2f}{statistics.median(each):9.1f}")
    rows: list[dict[str, object]] = []
    print(f"\n{'speed of':24}{'against':24}{'ratio':>8}{'goal':>8}")
    for ours, other, goal in GOALS:
        if other in figures:
            ratio = min(figures[other]) / min(figures[ours])
            rows.append({"what": ours, "against": other, "ratio": ratio, "goal": goal})
            print(f"{ours:24}{other:24}{ratio:8.2f}{goal:8.1f}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"ns": figures, "ratios": rows}, indent=1))


if __name__ == "__main__":
    main()
