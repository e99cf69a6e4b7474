"""What a kernel of the lab makes of the corpus: it is held to the figures of ``bench/figures``."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

import pytest

from pythonbpf import BPF, BpfError

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
import guard  # the folder of benchmarks is no package

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif("PYTHONBPF_LAB" not in os.environ, reason="guard.py does it on the host"),
]
OBJECTS = Path("/lab/figures")
RESULTS = Path("/results")
HELD = ["instructions", "verified"]


def measured() -> guard.Figures:
    found: guard.Figures = {}
    for elf in sorted(OBJECTS.glob("*.o")):
        name = elf.stem.replace(guard.SLASH, "/")
        b = BPF.from_object(elf)
        try:
            b.load()
        except BpfError:
            # This kernel has not what it needs; that those that have it load is another test.
            continue
        for program in b.programs.values():
            info = program.info
            figures = {"instructions": info.instructions, "jit": info.jited_bytes}
            if info.verified_instructions:
                figures["verified"] = info.verified_instructions
            found[f"{name}:{program.name}"] = figures
        b.close()
    return found


def test_nothing_is_longer_than_it_was() -> None:
    release = platform.release()
    now = measured()
    if RESULTS.is_dir():
        (RESULTS / "figures.txt").write_text(guard.written(now, "measured", release))
    file = guard.OF_LAB / f"{guard.series()}.txt"
    kernel, known = guard.read(file) if file.exists() else ("no kernel", {})
    if kernel != release:
        pytest.skip(f"{file.name} has the figures of {kernel}, and this is {release}")
    told, worse = guard.changes(known, now, HELD)
    print("\n".join(told))
    assert not worse
    assert set(known) <= set(now), "programs that loaded before"
