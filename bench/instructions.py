"""Instruction counts of BPF objects, ours and clang's for the same program.

Run as a program it prints the table of the language's features, as root with
what the running kernel's verifier looked at.
"""

from __future__ import annotations

import math
import os
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "programs"
TWINS = Path(__file__).resolve().parent / "twins"
CLANG = "clang-22"

# The goals, as ratios to clang's figures.
MEAN = 1.02
WORST = 1.15
VERIFIED_MEAN = 1.1

_INSTRUCTION = 8  # bytes
_SHF_EXECINSTR = 4


# Rewrites that take another way than the C beside: faster, and not always shorter.
OTHER_WAYS = "reserve,in-place"


def our_object(command: Path, source: Path, *, without: str = "") -> bytes:
    """The object that the command makes of a Python file."""
    build = [command, "build", source, "-o", "-", *(["--without", without] if without else [])]
    return subprocess.run(build, check=True, stdout=subprocess.PIPE).stdout


def clang_object(source: Path, headers: Path | None = None) -> bytes:
    """The object that clang makes of a C file, with the headers of a folder."""
    flags = ["-O2", "-g", "-target", "bpf", "-mcpu=v3", "-c", "-o", "-"]
    if headers is not None:
        flags += ["-I", str(headers)]
    done = subprocess.run([CLANG, *flags, source], check=True, stdout=subprocess.PIPE)
    return done.stdout


def count(elf: bytes) -> int:
    """Instructions in all executable sections of a 64-bit little-endian object."""
    (table,) = struct.unpack_from("<Q", elf, 0x28)
    size, number = struct.unpack_from("<HH", elf, 0x3A)
    code = 0
    for index in range(number):
        flags, _, _, length = struct.unpack_from("<QQQQ", elf, table + index * size + 8)
        if flags & _SHF_EXECINSTR:
            code += length
    return code // _INSTRUCTION


@dataclass(frozen=True)
class Figures:
    """A program and its twin, instructions or what a verifier looked at."""

    name: str
    ours: int
    clang: int

    @property
    def ratio(self) -> float:
        """Ours in parts of clang's."""
        return max(self.ours, 1) / max(self.clang, 1)


def mean(figures: list[Figures]) -> float:
    """The geometric mean of the ratios."""
    return math.exp(sum(math.log(one.ratio) for one in figures) / len(figures))


def failures(code: list[Figures]) -> list[str]:
    """Where the goals for the number of instructions do not hold."""
    found = [
        f"{one.name}: {one.ours} instructions, clang {one.clang}"
        for one in code
        if one.ratio > WORST
    ]
    if mean(code) > MEAN:
        found.append(f"the geometric mean is {mean(code):.3f}, more than {MEAN}")
    return found


def counted(command: Path, source: Path) -> Figures:
    """The instructions of a program and of the C file beside it."""
    ours, clang = our_object(command, source), clang_object(source.with_suffix(".c"))
    return Figures(source.stem, count(ours), count(clang))


def verified(command: Path, source: Path, column: str = "verified") -> Figures:
    """The instructions that the running kernel's verifier looked at in both, or another
    column of `pythonbpf verify`."""
    ours, clang = our_object(command, source), clang_object(source.with_suffix(".c"))
    return Figures(source.stem, _sum(command, ours, column), _sum(command, clang, column))


def _sum(command: Path, elf: bytes, name: str) -> int:
    with tempfile.NamedTemporaryFile(suffix=".o") as file:
        file.write(elf)
        file.flush()
        verify = [command, "verify", file.name]
        done = subprocess.run(verify, check=True, capture_output=True, text=True)
    heading, *rows = [line.split() for line in done.stdout.splitlines() if line.strip()]
    column = heading.index(name)
    return sum(int(row[column]) for row in rows)


def table(columns: dict[str, list[Figures]]) -> str:
    """The figures of the same programs in lines, what is counted by its name."""
    heads = (f"{name:>14}{'clang':>7}{'ratio':>7}" for name in columns)
    lines = [f"{'program':16}{''.join(heads)}"]
    for row in zip(*columns.values(), strict=True):
        cells = (f"{one.ours:14}{one.clang:7}{one.ratio:7.2f}" for one in row)
        lines.append(f"{row[0].name:16}{''.join(cells)}")
    means = (f"{mean(figures):28.3f}" for figures in columns.values())
    return "\n".join([*lines, f"{'geometric mean':16}{''.join(means)}"])


def columns(command: Path) -> dict[str, list[Figures]]:
    """Every figure of the twins; what a kernel makes of them as root only."""
    sources = sorted(TWINS.glob("*.py"))
    found = {"instructions": [counted(command, source) for source in sources]}
    if os.geteuid() == 0:
        for column in ("verified", "states", "jit"):
            found[column] = [verified(command, source, column) for source in sources]
    return found


def main() -> None:
    """Prints the table."""
    command = Path(__file__).resolve().parents[1] / "target/release/pythonbpf"
    if os.geteuid() != 0:
        print("what the verifier looked at is not shown: it needs root", file=sys.stderr)
    print(table(columns(command)))


if __name__ == "__main__":
    main()
