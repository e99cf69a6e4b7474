"""How compile time, memory and load time grow with the program.

Each series makes programs of growing size, measures them by turns, and gives for
each size the median time and the peak memory. Linear growth is a straight line.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

COMMAND = Path(__file__).resolve().parents[1] / "target/release/pythonbpf"

HEAD = '''from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, ktime, pid
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@struct
class Event:
    pid: c_uint32
    ts: c_uint64
    name: str(16)
    slots: c_uint32 * 8


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=65536)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
'''

# Forty lines of what programs are made of.
PIECE = '''

@bpf
def weigh_{n}(a: c_uint32, b: c_uint64) -> c_uint64:
    total = c_uint64({n})
    for i in range(8):
        if (a >> i) & 1:
            total += b * i
        elif total > 1000:
            total //= 3
    return total


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def watch_{n}(ctx: c_void_p) -> c_int64:
    who = pid()
    seen = counts.lookup(who)
    if seen and seen > {n}:
        counts[who] = seen + weigh_{n}(who, ktime())
    else:
        counts[who] = 1
    with events.reserve(Event) as event:
        event.pid = who
        event.ts = ktime()
        comm(event.name)
        for i in range(8):
            event.slots[i] = who + i * {n}
        if event.name == "worker-{n}":
            event.pid = 0
    match who & 3:
        case 0:
            counts[{n}] += 1
        case 1 | 2 if who > 10:
            counts[{n}] += 2
        case _:
            pass
    left = 10
    while left > 0 and counts[left] != {n}:
        left -= 1
    return left
'''

MAP = '''

@bpf
@map
def more_{n}() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=64)


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def watch_{n}(ctx: c_void_p) -> c_int64:
    more_{n}[pid()] += 1
    return 0
'''

STRUCT = '''

@bpf
@struct
class Record_{n}:
    who: c_uint32
    when: c_uint64
    name: str(16)


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def watch_{n}(ctx: c_void_p) -> c_int64:
    record = Record_{n}(who=pid(), when=ktime())
    comm(record.name)
    counts[record.who] = record.when
    return 0
'''

SMALL = '''

@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def watch_{n}(ctx: c_void_p) -> c_int64:
    counts[pid()] += 1
    return 0
'''


READER = '''
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task
from vmlinux import task_struct


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def watch(ctx: c_void_p) -> c_int64:
    return task_struct(get_current_task()).real_parent.tgid


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
'''

KERNEL_TYPES = Path("/sys/kernel/btf/vmlinux")


@dataclass(frozen=True)
class Point:
    """One size of a series."""

    size: int
    milliseconds: float
    mebibytes: float


@dataclass(frozen=True)
class Series:
    """Growth by one thing."""

    name: str
    unit: str
    points: list[Point]

    @property
    def exponent(self) -> float:
        """Between the two greatest sizes: 1 is linear, 2 quadratic."""
        from math import log

        small, large = self.points[-2:]
        return log(large.milliseconds / small.milliseconds) / log(large.size / small.size)


def source_of(piece: str, count: int) -> str:
    """A program of so many pieces."""
    return HEAD + "".join(piece.format(n=n) for n in range(count))


def write_types(path: Path, structs: int) -> None:
    """The kernel's types and so many structs more, of four members and a name of its own each."""
    kernel = KERNEL_TYPES.read_bytes()
    header = struct.Struct("<HBBIIIII")
    magic, version, flags, length, types, types_size, strings, _ = header.unpack_from(kernel)
    names = bytearray(kernel[length + strings :])
    more = bytearray()
    for n in range(structs):
        more += struct.pack("<III", len(names), 4 << 24 | 4, 16)
        for member in range(4):
            more += struct.pack("<III", len(names) + 5, 1, member * 32)
        names += b"more_%d\0" % n
    old = kernel[length + types : length + types + types_size]
    size = len(old) + len(more)
    head = header.pack(magic, version, flags, header.size, 0, size, size, len(names))
    path.write_bytes(head + old + more + names)


def compiled(source: Path, target: str = "/dev/null", *options: str) -> tuple[float, float]:
    """Milliseconds and MiB of one compilation."""
    command = [str(COMMAND), "build", "--kernel", "5.10", str(source), "-o", target, *options]
    return process(command)


def process(command: list[str]) -> tuple[float, float]:
    """Milliseconds and peak MiB of a process."""
    before = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    child.stderr.close()
    if status:
        raise SystemExit(said.decode())
    return (time.perf_counter() - before) * 1e3, usage.ru_maxrss / 1024


def series(
    name: str,
    unit: str,
    sizes: list[tuple[int, Path]],
    rounds: int,
    measure: Callable[[Path], tuple[float, float]],
) -> Series:
    """Measures all sizes by turns."""
    found: dict[int, list[tuple[float, float]]] = {size: [] for size, _ in sizes}
    for _ in range(rounds):
        for size, path in sizes:
            found[size].append(measure(path))
    points = [
        Point(size, statistics.median(ms for ms, _ in own), max(mib for _, mib in own))
        for size, own in found.items()
    ]
    return Series(name, unit, points)


def measured(rounds: int) -> list[Series]:
    """Every series; loading as root only."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        def files(piece: str, counts: list[int], size: Callable[[str, int], int]) -> list[tuple[int, Path]]:
            made = []
            for count in counts:
                text = source_of(piece, count)
                path = Path(folder) / f"{len(piece)}_{count}.py"
                path.write_text(text)
                made.append((size(text, count), path))
            return made

        lines = files(PIECE, [5, 50, 150, 500], lambda text, _: text.count("\n"))
        found.append(series("length", "lines", lines, rounds, compiled))
        by_count = {"maps": MAP, "structs": STRUCT}
        for name, piece in by_count.items():
            sizes = files(piece, [10, 50, 200], lambda _, count: count)
            found.append(series(name, name, sizes, rounds, compiled))
        if KERNEL_TYPES.exists():
            source = Path(folder) / "reader.py"
            source.write_text(READER)
            types = []
            for structs in [0, 250_000, 1_000_000]:
                path = Path(folder) / f"{structs}.btf"
                # Apart, as the peak of this process would count as that of its children.
                writer = multiprocessing.Process(target=write_types, args=(path, structs))
                writer.start()
                writer.join()
                types.append((path.stat().st_size >> 20, path))
            read = lambda btf: compiled(source, "/dev/null", "--btf", str(btf))  # noqa: E731
            found.append(series("BTF", "MiB", types, rounds, read))
        if os.geteuid() == 0:
            objects = []
            for size, path in files(SMALL, [10, 50, 200], lambda _, count: count):
                compiled(path, f"{path}.o")
                objects.append((size, Path(f"{path}.o")))
            verify = lambda path: process([str(COMMAND), "verify", str(path)])  # noqa: E731
            found.append(series("loading", "programs", objects, rounds, verify))
    return found


def table(rows: list[Series]) -> str:
    """The series for people."""
    lines = [f"{'growth':10}{'size':>16}{'ms':>10}{'MiB':>8}"]
    for row in rows:
        for point in row.points:
            size = f"{point.size} {row.unit}"
            lines.append(
                f"{row.name:10}{size:>16}{point.milliseconds:10.1f}{point.mebibytes:8.1f}"
            )
        lines.append(f"{'':10}{'exponent':>16}{row.exponent:10.2f}")
    return "\n".join(lines)
