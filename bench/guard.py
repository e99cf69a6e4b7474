"""Holds the corpus to its figures: what a change makes longer than 2 % fails.

`bench/figures.txt` has, for every program of `bench/` and `examples/`, the bytes of
its object and what the kernel of its first line makes of each of its functions. On
another kernel the objects alone are compared. CI runs it. `--bless REASON` writes it anew.

`bench/figures/` has the same of the lab's kernels, which `tests/python/test_figures.py` holds
to in each of them; `--bless-lab REASON` takes over what the last `cargo xtask vm` measured.

The programs of `bench/hops`, which read the kernel's structs, are held to the C beside them,
too: at most 1.05 times its instructions, and a twentieth of its object with the whole
`vmlinux.h`.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import instructions
import latency

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
COMMAND = ROOT / "target/release/pythonbpf"
FIGURES = HERE / "figures.txt"
OF_LAB = HERE / "figures"
LAB = ROOT / "target/lab"
HOPS = HERE / "hops"
FOLDERS = ["bench/programs", "bench/twins", "bench/beyond", "bench/hops", "examples"]
# What is built does not depend on the kernel that it is built on.
KERNEL = "6.18"
SLACK = 1.02
# Of what clang makes of BPF_CORE_READ.
HOPS_CODE = 1.05
HOPS_OBJECT = 1 / 20
CORE_READ = Path("/usr/include/bpf/bpf_core_read.h")
# The code that the kernel makes of it depends on the CPU, too: it is told and not held.
TOLD = "jit"
# What stands for a slash in the name of an object.
SLASH = "+"
COLUMNS = ["bytes", "instructions", "verified", "states", "jit"]

Figures = dict[str, dict[str, int]]


def series() -> str:
    """The running kernel's version without its patch level."""
    return ".".join(platform.release().split(".")[:2])


def of_object(elf: Path) -> Figures:
    """What the running kernel makes of each function; nothing where it has not the hook."""
    done = subprocess.run([COMMAND, "verify", elf], capture_output=True, text=True)
    rows = [line.split() for line in done.stdout.splitlines() if line.strip()]
    if done.returncode or not rows:
        return {}
    return {
        row[0]: dict(zip(COLUMNS[1:], (int(row[at]) for at in (1, 2, 3, 5)), strict=True))
        for row in rows[1:]
    }


def built(folder: Path) -> list[tuple[str, Path]]:
    """The objects of the whole corpus, and their names."""
    found = []
    for source in sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.py")):
        # The object holds the file's name: it is the same wherever the tree lies.
        inside = source.relative_to(ROOT)
        name = str(inside.with_suffix(""))
        elf = folder / (name.replace("/", SLASH) + ".o")
        build = [COMMAND, "build", "--kernel", KERNEL, inside, "-o", elf]
        subprocess.run(build, check=True, cwd=ROOT, stderr=subprocess.DEVNULL)
        found.append((name, elf))
    return found


def measured() -> Figures:
    """The figures of the whole corpus."""
    found: Figures = {}
    with tempfile.TemporaryDirectory() as work:
        for name, elf in built(Path(work)):
            found[name] = {"bytes": elf.stat().st_size}
            if os.geteuid() == 0:
                for function, figures in of_object(elf).items():
                    found[f"{name}:{function}"] = figures
    return found


def written(figures: Figures, reason: str, kernel: str) -> str:
    """The file."""
    lines = [f"# kernel {kernel}: {reason}", f"{'':44}" + "".join(f"{c:>14}" for c in COLUMNS)]
    for name, row in figures.items():
        cells = "".join(f"{row.get(column, '-'):>14}" for column in COLUMNS)
        lines.append(f"{name:44}{cells}")
    return "\n".join(lines) + "\n"


def read(file: Path) -> tuple[str, Figures]:
    """The kernel and the figures of a file."""
    first, _, *rows = file.read_text().splitlines()
    figures: Figures = {}
    for row in rows:
        name, *cells = row.split()
        pairs = zip(COLUMNS, cells, strict=True)
        figures[name] = {column: int(cell) for column, cell in pairs if cell != "-"}
    return first.split()[2].rstrip(":"), figures


def changes(known: Figures, now: Figures, columns: list[str]) -> tuple[list[str], list[str]]:
    """Every difference in these columns, and those that are too much."""
    told, worse = [], []
    for name, row in now.items():
        for column in columns:
            new, old = row.get(column), known.get(name, {}).get(column)
            if new is None or new == old:
                continue
            line = f"{name}: {column} {old} -> {new}"
            told.append(line)
            if column != TOLD and (old is None or new > SLACK * old):
                worse.append(line)
    told += [f"{name}: gone" for name in known if name not in now and ":" not in name]
    return told, worse


def too_long(code: tuple[int, int], size: tuple[int, int]) -> bool:
    """Whether ours is longer than is allowed beside clang's: instructions and bytes."""
    return code[0] > HOPS_CODE * code[1] or size[0] > HOPS_OBJECT * size[1]


def hops() -> list[str]:
    """The programs of `bench/hops` that are longer than the C beside them allows."""
    lacks = [name for name in (instructions.CLANG, "bpftool") if shutil.which(name) is None]
    if lacks or not CORE_READ.exists():
        print(f"hops are not compared with C: {', '.join(lacks) or CORE_READ} is not here")
        return []
    worse = []
    with tempfile.TemporaryDirectory() as work:
        header = latency.vmlinux_header(Path(work))
        for source in sorted(HOPS.glob("*.py")):
            ours = instructions.our_object(COMMAND, source)
            clang = instructions.clang_object(source.with_suffix(".c"), header.parent)
            code = instructions.count(ours), instructions.count(clang)
            size = len(ours), len(clang)
            line = f"{source.stem}: {code[0]} instructions, clang {code[1]}; "
            line += f"{size[0]} bytes, clang {size[1]}"
            print(line)
            if too_long(code, size):
                worse.append(line)
    return worse


def take_over(reason: str) -> None:
    """Makes what the lab measured last its figures."""
    for found in sorted(LAB.glob("*/figures.txt")):
        kernel, figures = read(found)
        (OF_LAB / f"{found.parent.name}.txt").write_text(written(figures, reason, kernel))
        print(f"{kernel}: {len(figures)} functions")


def main() -> None:
    """Compares, or writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bless", metavar="REASON", help="write the figures anew, and why")
    parser.add_argument("--bless-lab", metavar="REASON", help="the same of the lab's kernels")
    parser.add_argument("--objects", type=Path, metavar="FOLDER", help="write the objects there")
    options = parser.parse_args()
    if options.objects:
        built(options.objects)
        return
    if options.bless_lab:
        take_over(options.bless_lab)
        return
    now = measured()
    if options.bless:
        FIGURES.write_text(written(now, options.bless, series()))
        return
    kernel, known = read(FIGURES)
    columns = COLUMNS if kernel == series() else COLUMNS[:1]
    if columns != COLUMNS:
        print(f"the figures are those of Linux {kernel}: on {series()} only objects are compared")
    told, worse = changes(known, now, columns)
    print("\n".join(told) or "all figures are as they were")
    longer = hops()
    if longer:
        sys.exit("longer than C: " + "; ".join(longer))
    if worse:
        sys.exit(
            f"{len(worse)} figures are more than 2 % worse or new: make them better, or write\n"
            "them anew with `bench/guard.py --bless REASON`"
        )


if __name__ == "__main__":
    main()
