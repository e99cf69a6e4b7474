"""What the command tells of the machine, held against what the kernel then does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Run

from pythonbpf import BPF, SystemRefusedError, VerifierError

PROGRAM = """
from ctypes import c_int64, c_void_p
from pythonbpf import bpf, bpfglobal, section

@bpf
@section("{section}")
def f(ctx: c_void_p) -> c_int64:
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


@pytest.fixture
def said(run: Run) -> dict[str, Any]:
    return json.loads(run("-m", "pythonbpf", "doctor", "--json").stdout)


@pytest.mark.kernel
@pytest.mark.parametrize(
    "section",
    [
        "kprobe/vfs_read",
        "kprobe.multi/vfs_rea?",
        "ksyscall/getpriority",
        "tracepoint/sched/sched_process_fork",
        "raw_tp/sched_process_fork",
        "tp_btf/sched_process_fork",
        "fentry/vfs_read",
        "lsm/file_open",
        "iter/task",
        "perf_event",
    ],
)
def test_what_works_attaches_and_nothing_else_does(section: str, said: dict[str, Any]) -> None:
    kind = section.split("/")[0]
    finding = next(found for found in said["sections"] if found["name"] == kind)
    b = BPF(source=PROGRAM.format(section=section))
    try:
        b.load()
        program = b.programs["f"]
        if kind == "iter":
            program.iter().close()
        else:
            program.attach()
        works = True
    except (SystemRefusedError, VerifierError) as error:
        works = False
        print(error)
    finally:
        b.close()
    assert finding["ability"] == ("works" if works else "missing"), finding


@pytest.mark.kernel
def test_hooks_are_those_of_the_kernel(run: Run) -> None:
    done = run("-m", "pythonbpf", "hooks", "fork", "--kind", "tracepoint", "--json")
    found = {hook["name"]: hook for hook in map(json.loads, done.stdout.splitlines())}
    fork = found["sched/sched_process_fork"]
    fields = {field["name"] for field in fork["fields"]}
    assert {"parent_pid", "child_pid"} <= fields
    assert [field["type"] for field in fork["arguments"]] == ["struct task_struct *"] * 2
