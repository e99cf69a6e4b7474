"""From source to attached: ours and the peers', by turns in one run.

Everyone does the same: a counter by process on a tracepoint. The clock stops when
the program is attached, not at the process's exit. bpftrace says so just before, and
is not charged for the last step.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from instructions import CLANG, PROGRAMS

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
COMMAND = HERE.parent / "target/release/pythonbpf"
BCC_PYTHON = "/usr/bin/python3"
# An installed package has its bytecode beside it.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

OURS = "pythonbpf run"
PYTHON = "python, import included"
CORE = "pythonbpf run, CO-RE"


@dataclass(frozen=True)
class Contestant:
    """Somebody who attaches a counter."""

    name: str
    attach: Callable[[], float]


@dataclass(frozen=True)
class Latency:
    """Milliseconds to attached, and how ours compare: medians of paired ratios."""

    name: str
    milliseconds: float
    # Ours in parts of this one's time, with the quartiles around it.
    ratio: float
    low: float
    high: float
    python_ratio: float
    # Milliseconds that it takes longer than ours: the median of paired differences.
    more: float


def stamped(*commands: list[str]) -> float:
    """Seconds from the start of the first to the time that the last prints."""
    start = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    for command in commands[:-1]:
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    done = subprocess.run(
        commands[-1], check=True, capture_output=True, text=True, env=ENVIRONMENT
    )
    return (int(done.stdout.split()[-1]) - start) / 1e9


def told(command: list[str], word: str) -> float:
    """Seconds until a line with this word is there."""
    start = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if word in line:
            break
    else:
        raise SystemExit(f"{command} did not attach: {''.join(said)}")
    seconds = time.monotonic() - start
    process.kill()
    process.wait()
    process.stdout.close()
    return seconds


def counter_alone(work: Path) -> Path:
    """The part of `attach.py` that is the program."""
    source = work / "count.py"
    source.write_text((HERE / "attach.py").read_text().split("\nb = BPF()")[0])
    return source


def counter_by_struct(work: Path) -> Path:
    """The same by a field of a struct of the kernel's, wherever that lies."""
    text = counter_alone(work).read_text()
    text = text.replace("import pid\n", "import get_current_task_btf\n")
    text = text.replace(" = pid()\n", " = get_current_task_btf().tgid\n")
    source = work / "count_by_struct.py"
    source.write_text(text)
    return source


def vmlinux_header(work: Path) -> Path:
    """The running kernel's types as a header."""
    header = work / "vmlinux.h"
    dump = ["bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c"]
    header.write_bytes(subprocess.run(dump, check=True, capture_output=True).stdout)
    return header


def installed(work: Path) -> Path:
    """The command as an installer writes it, like everyone else's.

    The linker writes it page by page, in the order that suits it, and the kernel keeps it in
    memory so: it then starts twice as slowly as a copy, for as long as it is cached.
    """
    return Path(shutil.copy2(COMMAND, work))


def contestants(work: Path) -> tuple[list[Contestant], list[str]]:
    """All who can be had here, ours first, and why others are not."""
    source, by_struct, missing = counter_alone(work), counter_by_struct(work), []
    built = work / "count.o"
    command = installed(work)
    subprocess.run([command, "build", source, "-o", built], check=True)
    run = [str(command), "run"]
    here = [
        Contestant(OURS, lambda: told([*run, str(source)], "attached")),
        Contestant(PYTHON, lambda: stamped([sys.executable, str(HERE / "attach.py")])),
        Contestant(CORE, lambda: told([*run, str(by_struct)], "attached")),
        Contestant("pythonbpf run, built before", lambda: told([*run, str(built)], "attached")),
    ]
    loader, elf = work / "loader", work / "clang.o"
    cc = ["cc", "-O2", str(PEERS / "loader.c"), "-o", str(loader), "-lbpf"]
    if not shutil.which(CLANG):
        missing.append(f"clang: {CLANG} is not installed")
    elif subprocess.run(cc, stderr=subprocess.DEVNULL).returncode:
        missing.append("clang: libbpf's development files are missing")
    else:
        flags = ["-O2", "-g", "-target", "bpf", "-mcpu=v3", "-c", "-o", str(elf)]
        plain = [CLANG, *flags, str(PROGRAMS / "hash.c")]
        load = [str(loader), str(elf)]
        here.append(Contestant("clang, linux/bpf.h", lambda: stamped(plain, load)))
        if shutil.which("bpftool"):
            full = [*plain, "-include", str(vmlinux_header(work))]
            here.append(Contestant("clang, vmlinux.h", lambda: stamped(full, load)))
        else:
            missing.append("clang, vmlinux.h: bpftool is not installed")
    if shutil.which("bpftrace"):
        bpftrace = ["bpftrace", "-v", str(PEERS / "count.bt")]
        here.append(Contestant("bpftrace", lambda: told(bpftrace, "Attaching tracepoint")))
    else:
        missing.append("bpftrace: it is not installed")
    bcc = ["unshare", "-m", str(PEERS / "bcc.sh")]
    tried = subprocess.run(bcc, capture_output=True, text=True, env=ENVIRONMENT)
    if tried.returncode == 0:
        here.append(Contestant("BCC", lambda: stamped(bcc)))
    else:
        reason = (tried.stderr.strip().splitlines() or ["it failed"])[-1]
        missing.append(f"BCC: {reason} (packages python3-bpfcc, linux-headers-cloud-amd64)")
    return here, missing


def measured(rounds: int) -> tuple[list[Latency], list[str]]:
    """Interleaved rounds, after one that does not count."""
    with tempfile.TemporaryDirectory() as work:
        here, missing = contestants(Path(work))
        times: dict[str, list[float]] = {one.name: [] for one in here}
        for turn in range(rounds + 1):
            # Whoever comes after whom changes from round to round.
            for one in here[turn % len(here) :] + here[: turn % len(here)]:
                seconds = one.attach()
                if turn:
                    times[one.name].append(seconds)
    ours, python = times[OURS], times[PYTHON]
    rows = []
    for name, own in times.items():
        ratios = [a / b for a, b in zip(ours, own, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        by_python = statistics.median(a / b for a, b in zip(python, own, strict=True))
        more = statistics.median(b - a for a, b in zip(ours, own, strict=True)) * 1e3
        own_time = statistics.median(own) * 1e3
        rows.append(Latency(name, own_time, middle, low, high, by_python, more))
    return rows, missing


def peak_memory() -> float:
    """MiB of `pythonbpf build` at its largest."""
    with tempfile.TemporaryDirectory() as work:
        source = counter_alone(Path(work))
        command = [COMMAND, "build", source, "-o", "/dev/null"]
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed")
    return usage.ru_maxrss / 1024


def table(rows: list[Latency]) -> str:
    """The rows for people."""
    lines = [f"{'source to attached':28}{'ms':>8}{'run':>8}{'quartiles':>14}{'python':>8}"]
    for row in rows:
        spread = f"{row.low:.3f}-{row.high:.3f}"
        lines.append(
            f"{row.name:28}{row.milliseconds:8.1f}{row.ratio:8.3f}{spread:>14}"
            f"{row.python_ratio:8.3f}"
        )
    lines.append("run, python: our two in parts of the line's own time")
    more = [row.more for row in rows if row.name == CORE]
    lines += [f"a field of a struct of the kernel's: {each:.1f} ms more" for each in more]
    return "\n".join(lines)
