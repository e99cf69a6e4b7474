"""All comparisons in one run: tables, `target/bench/results.json` and a picture beside it.

What cannot be run here is named with its reason. Ratios of one run are what can be
compared; times of a shared machine drift.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import growth
import instructions
import latency

if TYPE_CHECKING:
    from speed import Speed

ROOT = Path(__file__).resolve().parents[1]
COMMAND = ROOT / "target/release/pythonbpf"
PARTS = ["latency", "code", "speed", "growth"]


def main() -> None:
    """Runs the parts that are asked for and can be run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="of everyone's latency")
    parser.add_argument("--only", choices=PARTS, action="append", help="these parts alone")
    parser.add_argument("--out", type=Path, default=ROOT / "target/bench")
    options = parser.parse_args()
    if not COMMAND.exists():
        raise SystemExit("target/release/pythonbpf is missing: run `make build`")
    parts = options.only or PARTS
    root, clang = os.geteuid() == 0, shutil.which(instructions.CLANG) is not None
    attached: list[latency.Latency] = []
    code: dict[str, list[instructions.Figures]] = {}
    speeds: dict[str, list[Speed]] = {}
    grown: list[growth.Series] = []
    missing = [] if root else ["latency, speed, loading: they need root"]
    if not clang:
        missing.append(f"code, speed: {instructions.CLANG} is not installed")
    print(f"Linux {platform.release()}, {os.cpu_count()} CPUs, Python {platform.python_version()}")
    if "latency" in parts and root:
        attached, left_out = latency.measured(options.rounds)
        missing += left_out
        memory = latency.peak_memory()
        print(f"\n{latency.table(attached)}\npeak memory of a build: {memory:.1f} MiB", flush=True)
    if "growth" in parts:
        grown = growth.measured(5)
        print(f"\n{growth.table(grown)}", flush=True)
    # From here on this process holds the compiler, and a child counts its parent's memory.
    import picture
    import speed

    if "code" in parts and clang:
        code = instructions.columns(COMMAND)
        print(f"\n{instructions.table(code)}", flush=True)
    if "speed" in parts and clang and root:
        for name, folder in speed.TABLES.items():
            speeds[name] = speed.measured(folder, 41, 100_000, "")
            print(f"\n{speed.table(name, speeds[name])}", flush=True)
    for line in missing:
        print(f"not run: {line}")
    options.out.mkdir(parents=True, exist_ok=True)
    results = {
        "kernel": platform.release(),
        "latency": [asdict(row) for row in attached],
        "code": {name: [asdict(one) for one in rows] for name, rows in code.items()},
        "speed": {name: [asdict(row) for row in rows] for name, rows in speeds.items()},
        "growth": [asdict(row) for row in grown],
        "not run": missing,
    }
    (options.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (options.out / "results.svg").write_text(picture.draw(attached, code, speeds, grown))
    print(f"\nwritten: {options.out}/results.json and results.svg")


if __name__ == "__main__":
    main()
