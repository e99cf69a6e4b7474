"""Nanoseconds a run, ours and clang's for the same program, in the running kernel.

Programs run by the kernel's test run, ours, clang's and an empty one by turns; a
round loads all three anew, so that ring buffers are empty and code lies elsewhere.
Prints medians of paired ratios and how far they spread; needs root and clang-22.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
from dataclasses import asdict, dataclass
from pathlib import Path

from instructions import CLANG, PROGRAMS, TWINS, clang_object, our_object

from pythonbpf import BPF

HERE = Path(__file__).resolve().parent
BEYOND = HERE / "beyond"
COMMAND = HERE.parent / "target/release/pythonbpf"
TABLES = {"twins": TWINS, "beyond": BEYOND}
PACKET = bytes(64)
ENTRY = "prog"
# Where code lies moves a short loop's time by half: rounds go on until the median ratio is known
# to this, as its standard error, or there were so many times the rounds that were asked for. Of
# what takes few whole nanoseconds no more is known than those tell.
EXACT = 0.01
PATIENCE = 10


@dataclass(frozen=True)
class Speed:
    """A program beside its twin; times in nanoseconds a run, of which an empty run is taken off."""

    name: str
    ours: float
    clang: float
    # Median of the paired ratios of whole runs, and the quartiles around it.
    ratio: float
    low: float
    high: float
    # The same of what is left without an empty run.
    net: float


class Contestant:
    """An object that is loaded anew for each round."""

    def __init__(self, elf: bytes) -> None:
        self.elf = elf

    def nanoseconds(self, runs: int) -> float:
        """One round's time a run."""
        loaded = BPF.from_object(self.elf)
        try:
            loaded.load()
            # The kernel's own measure: whole nanoseconds, without what else the CPU did. It
            # waits some 20 ms before each call, which is why there is none to warm up.
            return float(loaded.programs[ENTRY].test_run(PACKET, repeat=runs).duration)
        finally:
            loaded.close()


def compare(name: str, ours: bytes, clang: bytes, rounds: int, runs: int) -> Speed:
    """Both by turns, with an empty program beside them."""
    empty = Contestant(clang_object(PROGRAMS / "empty.c"))
    mine, other = Contestant(ours), Contestant(clang)
    pairs: list[tuple[float, float]] = []
    floors: list[float] = []
    while not is_enough([a / b for a, b in pairs], rounds):
        # Whoever goes first does so every other time only.
        order = [mine, other] if len(pairs) % 2 else [other, mine]
        times = {id(one): one.nanoseconds(runs) for one in order}
        pairs.append((times[id(mine)], times[id(other)]))
        floors.append(empty.nanoseconds(runs))
    ratios = [a / b for a, b in pairs]
    floor = statistics.median(floors)
    left = [max(value - floor, 1.0) for value in map(statistics.median, zip(*pairs))]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return Speed(name, left[0], left[1], middle, low, high, left[0] / left[1])


def is_enough(ratios: list[float], rounds: int) -> bool:
    """Whether more rounds would not tell more."""
    if len(ratios) < rounds or len(ratios) >= rounds * PATIENCE:
        return len(ratios) >= rounds
    low, _, high = statistics.quantiles(ratios, n=4)
    # The standard error of a median, with the deviation as the quartiles have it.
    return 0.93 * (high - low) / math.sqrt(len(ratios)) <= EXACT


def table(title: str, rows: list[Speed]) -> str:
    """The rows, and their geometric means."""
    head = f"{'ns':>10}{'clang':>9}{'ratio':>8}{'quartiles':>14}{'net':>7}"
    lines = [f"{title:18}{head}"]
    for row in rows:
        spread = f"{row.low:.2f}-{row.high:.2f}"
        figures = f"{row.ours:10.1f}{row.clang:9.1f}{row.ratio:8.2f}{spread:>14}{row.net:7.2f}"
        lines.append(f"{row.name:18}{figures}")
    mean = math.exp(statistics.fmean(math.log(row.ratio) for row in rows))
    return "\n".join([*lines, f"{'geometric mean':18}{mean:27.3f}"])


def measured(folder: Path, rounds: int, runs: int, only: str) -> list[Speed]:
    """Every program of a folder whose name has ``only`` in it."""
    found = []
    for source in sorted(folder.glob("*.py")):
        if only not in source.stem:
            continue
        ours, clang = our_object(COMMAND, source), clang_object(source.with_suffix(".c"))
        found.append(compare(source.stem, ours, clang, rounds, runs))
    return found


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=41, help="at least so many")
    parser.add_argument("--runs", type=int, default=100_000, help="test runs in a round")
    parser.add_argument("--only", default="", help="programs with this in their names")
    parser.add_argument("--json", type=Path, help="where the figures are written, too")
    options = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("nothing is run: loading programs needs root")
    if not shutil.which(CLANG):
        raise SystemExit(f"nothing to compare with: {CLANG} is not installed")
    found = {
        title: measured(folder, options.rounds, options.runs, options.only)
        for title, folder in TABLES.items()
    }
    for title, rows in found.items():
        if rows:
            print(table(title, rows), flush=True)
    if options.json:
        plain = {title: [asdict(row) for row in rows] for title, rows in found.items()}
        options.json.write_text(json.dumps(plain, indent=1) + "\n")


if __name__ == "__main__":
    main()
