"""What `pythonbpf stubs` writes, as a type checker sees it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from conftest import Run

USES = """
from vmlinux import bpf_task_from_pid, pid_t, task_struct


def right(task: task_struct) -> tuple[int, str, int]:
    name: str = task.comm
    return task.real_parent.tgid, name, task.mm.mmap_lock.count.counter


def wrong(task: task_struct) -> None:
    task.no_such_field


number: pid_t = pid_t(1)
found = bpf_task_from_pid(1)
if found is not None:
    print(found.tgid)
"""


@pytest.mark.host("there is no type checker in the guest")
@pytest.mark.skipif(importlib.util.find_spec("pyright") is None, reason="needs pyright")
@pytest.mark.skipif(
    not Path("/sys/kernel/btf/vmlinux").exists(), reason="the kernel does not tell its types"
)
def test_fields_are_known_and_others_are_errors(run: Run, tmp_path: Path) -> None:
    (tmp_path / "uses.py").write_text(USES)
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    written = run("-m", "pythonbpf", "stubs", "uses.py", "--depth", "4")
    assert written.returncode == 0, written.stderr
    checked = json.loads(run("-m", "pyright", "--outputjson").stdout)
    errors = [
        (Path(found["file"]).name, found["range"]["start"]["line"] + 1, found["message"])
        for found in checked["generalDiagnostics"]
        if found["severity"] == "error" and found.get("rule") != "reportUnusedExpression"
    ]
    assert {(file, line) for file, line, _ in errors} == {("uses.py", 11)}, errors
    assert any("no_such_field" in message for *_, message in errors)
