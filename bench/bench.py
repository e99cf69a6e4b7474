"""Compares pythonbpf with C built by clang, in one run and interleaved.

Prints medians of paired ratios. What cannot be run here is named with its
reason. Needs root for the attach comparison, clang-22, bpftool and libbpf's
development files for the peers.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from instructions import (  # noqa: E402
    CLANG,
    OTHER_WAYS,
    PROGRAMS,
    clang_object,
    count,
    our_object,
)

COMMAND = HERE.parent / "target/release/pythonbpf"
# An installed package has its bytecode beside it.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def paired(rounds: int, ours: Callable[[], float], peer: Callable[[], float]) -> str:
    """Medians of both in milliseconds and of the ratio peer / ours."""
    ours(), peer()
    pairs = [(ours(), peer()) for _ in range(rounds)]
    ratio = statistics.median(b / a for a, b in pairs)
    mine = statistics.median(a for a, _ in pairs) * 1e3
    other = statistics.median(b for _, b in pairs) * 1e3
    return f"{mine:8.1f} ms  {other:8.1f} ms   {ratio:5.1f} x faster"


def timed(command: list[str]) -> float:
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def until_attached(*commands: list[str]) -> float:
    """Seconds from the start of the first to the time that the last prints."""
    start = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    for command in commands[:-1]:
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    done = subprocess.run(
        commands[-1], check=True, capture_output=True, text=True, env=ENVIRONMENT
    )
    return (int(done.stdout.split()[-1]) - start) / 1e9


def peak_memory(command: list[str]) -> float:
    """MiB of the process at its largest."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed")
    return usage.ru_maxrss / 1024


def builds(rounds: int, work: Path) -> None:
    header = work / "vmlinux.h"
    dump = ["bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c"]
    header.write_bytes(subprocess.run(dump, check=True, capture_output=True).stdout)
    source = PROGRAMS / "ring"
    ours = [str(COMMAND), "build", f"{source}.py", "-o", str(work / "ours.o")]
    clang = [CLANG, "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-include", str(header), "-c"]
    clang += [f"{source}.c", "-o", str(work / "clang.o")]
    row = paired(rounds, lambda: timed(ours), lambda: timed(clang))
    print(f"{'source -> object, with vmlinux.h':38}{row}")

    loader = work / "loader"
    cc = ["cc", "-O2", str(HERE / "loader.c"), "-o", str(loader), "-lbpf"]
    if subprocess.run(cc, stderr=subprocess.DEVNULL).returncode:
        print("source -> attached: not run, libbpf's development files are missing")
        return
    if os.geteuid() != 0:
        print("source -> attached: not run, it needs root")
        return
    python = [sys.executable, str(HERE / "attach.py")]
    hash_c = [a.replace("ring.c", "hash.c") for a in clang]
    plain = [a for a in hash_c if a not in ("-include", str(header))]
    load = [str(loader), str(work / "clang.o")]
    for name, compile_c in (("with vmlinux.h", hash_c), ("no kernel headers", plain)):
        row = paired(
            rounds, lambda: until_attached(python), lambda c=compile_c: until_attached(c, load)
        )
        print(f"{'Python -> attached, ' + name:38}{row}")
    print(f"{'peak memory, Python -> attached':38}{peak_memory(python):8.1f} MiB")
    print(f"{'peak memory, build':38}{peak_memory(ours):8.1f} MiB")


def code() -> None:
    print(f"\n{'program':12}{'instructions':>14}{'clang':>8}{'object':>12}{'clang -g':>10}")
    for source in sorted(PROGRAMS.glob("*.py")):
        ours = our_object(COMMAND, source, without=OTHER_WAYS)
        clang = clang_object(source.with_suffix(".c"))
        print(
            f"{source.stem:12}{count(ours):14}{count(clang):8}{len(ours):10} B{len(clang):8} B"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    if not COMMAND.exists():
        raise SystemExit("target/release/pythonbpf is missing: run `make build`")
    for tool in (CLANG, "bpftool"):
        if not shutil.which(tool):
            raise SystemExit(f"nothing to compare with: {tool} is not installed")
    print(f"{'':38}{'pythonbpf':>11}  {'clang':>11}   ({rounds} rounds, medians)")
    with tempfile.TemporaryDirectory() as work:
        builds(rounds, Path(work))
    code()


if __name__ == "__main__":
    main()
