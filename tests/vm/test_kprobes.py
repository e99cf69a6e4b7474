"""kprobes and kretprobes on real kernels, in virtual machines of our own.

`PYTHONBPF_VM_KERNELS` names the kernels, such as `6.1,6.12`. Where the lab
cannot be had (no network and nothing cached), the tests are skipped and say so.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
COMMAND = ROOT / "target/release/pythonbpf"
KERNELS = os.environ.get("PYTHONBPF_VM_KERNELS", "6.1").split(",")
LAB = ROOT / "target/release/xtask"
UNAVAILABLE = 77


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """kprobes.py compiled on this machine."""
    output = tmp_path_factory.mktemp("objects") / "kprobes.o"
    subprocess.run([COMMAND, "build", HERE / "kprobes.py", "-o", output], check=True)
    return output


@pytest.fixture(scope="module", params=KERNELS)
def said(request: pytest.FixtureRequest, program: Path) -> list[dict[str, Any]]:
    """What the guest's script printed, one object a line."""
    files = ["--file", f"{COMMAND}=/usr/bin/pythonbpf", "--file", f"{program}=/root/kprobes.o"]
    run = subprocess.run(
        [LAB, "vm", "--kernel", request.param, *files, "--script", HERE / "kprobes.sh"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode == UNAVAILABLE:
        pytest.skip(run.stderr.splitlines()[-1])
    assert run.returncode == 0, run.stdout + run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def value(said: list[dict[str, Any]], key: str) -> Any:
    """The one value that was printed under this key."""
    (found,) = [line[key] for line in said if key in line]
    return found


def counts(said: list[dict[str, Any]], name: str) -> dict[int, int]:
    """A map as the command printed it at its end."""
    (entries,) = [line["entries"] for line in said if line.get("map") == name]
    return {entry["key"]: entry["value"] for entry in entries}


def test_kprobe_counts_each_call(said: list[dict[str, Any]]) -> None:
    process = value(said, "process")
    # Fifty numbers into a file, and one line that tells the process.
    assert counts(said, "writes")[process] == 51
    assert counts(said, "opens")[process] == 50


def test_kretprobe_counts_each_return(said: list[dict[str, Any]]) -> None:
    assert counts(said, "opened")[value(said, "process")] == 50


def test_probes_are_in_the_kernel_while_running_and_gone_after(said: list[dict[str, Any]]) -> None:
    assert value(said, "probes_before") == 0
    assert value(said, "probes_attached") == 3
    assert value(said, "probes_after") == 0
