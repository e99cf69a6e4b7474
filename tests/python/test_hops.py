"""Reading the kernel's structs: as long as in C where helpers do it, plain loads where none do."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import pythonbpf
from pythonbpf import BPF

BENCH = Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))

PLAIN = """
from ctypes import c_int64, c_uint64, c_void_p
from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task_btf

@bpf
@bpfglobal
def seen() -> c_uint64:
    return 0

@bpf
@section("tp_btf/sched_switch")
def switched(ctx: c_void_p, preempt, prev, next) -> c_int64:
    global seen
    seen = next.real_parent.group_leader.tgid
    return 0

@bpf
@section("raw_tp/sys_enter")
def current(ctx: c_void_p) -> c_int64:
    global seen
    seen = get_current_task_btf().real_parent.group_leader.mm.start_stack
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


def code(made: dict[str, Any], program: str) -> list[str]:
    """The instructions of a program as text."""
    function = next(one for one in made["code"] if one["function"] == program)
    return [instruction["text"] for instruction in function["instructions"]]


def test_what_the_verifier_trusts_is_read_by_plain_loads(tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text(PLAIN)
    made = pythonbpf.inspect(pythonbpf.compile(tmp_path / "p.py", kernel="6.1"))
    switched = code(made, "switched")
    assert not [text for text in switched if "call" in text], switched
    # The argument and three members; then the sign, a store to the variable and the end.
    assert len([text for text in switched if "= *(" in text]) == 4, switched
    assert len(switched) <= 10, switched
    current = code(made, "current")
    assert len([text for text in current if "call" in text]) == 1, current
    assert len([text for text in current if "= *(" in text]) == 4, current


@pytest.mark.kernel
@pytest.mark.host("clang and bpftool are not in the guest")
@pytest.mark.parametrize("name", ["one_hop", "two_hops", "four_hops"])
def test_hops_come_to_what_c_comes_to(name: str, tmp_path: Path) -> None:
    import guard
    import instructions
    import latency

    if shutil.which(instructions.CLANG) is None or shutil.which("bpftool") is None:
        pytest.skip("clang or bpftool is not here")
    if not guard.CORE_READ.exists():
        pytest.skip(f"{guard.CORE_READ} is not here")
    header = latency.vmlinux_header(tmp_path)
    source = BENCH / "hops" / f"{name}.py"
    ours = instructions.our_object(guard.COMMAND, source)
    clang = instructions.clang_object(source.with_suffix(".c"), header.parent)
    code = instructions.count(ours), instructions.count(clang)
    assert not guard.too_long(code, (len(ours), len(clang))), code
    seen: list[int] = []
    for made in (ours, clang):
        with BPF.from_object(made) as b:
            b.programs["prog"].detach()
            b.programs["prog"].test_run()
            seen.append(b.globals.seen)
    assert seen[0] == seen[1] != 0, seen
