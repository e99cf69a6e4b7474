"""How compile time and memory grow with the length of a program.

    python bench/scale.py target/release/pythonbpf

Compiles generated programs of some 200 and some 2,000 lines, a mix of what
programs are made of, in turns, and prints the ratio of the medians. Linear
growth gives 10 less what every start costs; a pass that is worse than linear
shows.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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

# Forty lines: five of them make the short program, fifty the long one.
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


def program(pieces: int) -> str:
    """A program of this many pieces of forty lines."""
    return HEAD + "".join(PIECE.format(n=n) for n in range(pieces))


def once(command: str, source: Path) -> tuple[float, int]:
    """Seconds and KiB of one compilation."""
    before = time.perf_counter()
    process = subprocess.Popen(
        [command, "build", "--kernel", "5.10", str(source), "-o", "/dev/null"],
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - before
    if status:
        sys.exit(said.decode())
    return seconds, usage.ru_maxrss


def main() -> None:
    """Measures and prints."""
    command = sys.argv[1] if len(sys.argv) > 1 else "target/release/pythonbpf"
    sizes = (5, 50)
    with tempfile.TemporaryDirectory() as folder:
        sources = {size: Path(folder) / f"pieces{size}.py" for size in sizes}
        for size, source in sources.items():
            source.write_text(program(size))
        runs: dict[int, list[tuple[float, int]]] = {size: [] for size in sizes}
        for _ in range(11):
            for size, source in sources.items():
                runs[size].append(once(command, source))
    median = {size: statistics.median(s for s, _ in runs[size]) for size in sizes}
    memory = {size: max(kib for _, kib in runs[size]) for size in sizes}
    for size in sizes:
        length = program(size).count("\n")
        print(f"{length:5} lines: {median[size] * 1000:7.1f} ms, {memory[size] / 1024:5.1f} MiB")
    print(f"time x {median[sizes[1]] / median[sizes[0]]:.1f}, memory x {memory[sizes[1]] / memory[sizes[0]]:.1f}")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
