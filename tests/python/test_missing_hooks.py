"""Hooks that the kernel or a library does not have: the error says so, and names near ones."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from pythonbpf import BPF, NoSuchHookError, hooks

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif("PYTHONBPF_LAB" not in os.environ, reason="needs a kernel with probes"),
]
RELEASE = tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])

PROGRAM = """
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("{}")
def prog(ctx: c_void_p) -> c_int64:
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""

MISSING = [
    ("kprobe/do_unlinkatt", "do_unlinkat", (5, 10)),
    ("kretprobe/do_unlinkatt", "do_unlinkat", (5, 10)),
    ("kprobe.multi/do_unlinkatt", "do_unlinkat", (6, 12)),
    ("kprobe.session/do_unlinkatt", "do_unlinkat", (6, 12)),
    ("ksyscall/opnat", "openat", (5, 10)),
    ("kretsyscall/opnat", "openat", (5, 10)),
    ("uprobe/libc.so.6:getpidd", "getpid", (5, 10)),
    ("uretprobe/libc.so.6:getpidd", "getpid", (5, 10)),
    ("uprobe.multi/libc.so.6:getpidd", "getpid", (6, 12)),
    ("uprobe/libc.so.77:getpid", "libc.so.77", (5, 10)),
    ("usdt/libc.so.6:libc:no_such_marker", "has no marker", (5, 10)),
    ("uprobe.session/libc.so.6:getpidd", "getpid", (6, 13)),
    ("fentry/do_unlinkatt", "do_unlinkat", (5, 10)),
    ("lsm/file_opn", "file_open", (5, 10)),
    ("tp_btf/sched_swich", "sched_switch", (5, 10)),
    ("raw_tp/sched_swich", "sched_switch", (5, 10)),
    ("tracepoint/sched/sched_swich", "sched_switch", (5, 10)),
    ("iter/tasks", "task", (5, 10)),
]


@pytest.mark.parametrize(("section", "near", "since"), MISSING, ids=lambda value: str(value))
def test_near_names_are_told(section: str, near: str, since: tuple[int, int]) -> None:
    if since > RELEASE:
        pytest.skip(f"needs Linux {since[0]}.{since[1]}")
    with pytest.raises(NoSuchHookError) as caught, BPF(source=PROGRAM.format(section)):
        pass
    assert near in str(caught.value)
    assert section in str(caught.value)


def same_named() -> str:
    """A name that several functions of the kernel have, all of them to be probed."""
    tracing = Path("/sys/kernel/tracing/available_filter_functions")
    names = [line.split()[0] for line in tracing.read_text().splitlines() if "[" not in line]
    counts = Counter(names)
    return next(name for name, count in counts.items() if count > 1 and name.isidentifier())


@pytest.mark.parametrize("kind", ["kprobe", "kretprobe"])
def test_a_function_of_several(kind: str) -> None:
    if RELEASE < (6, 6):
        pytest.skip("kernels before 6.6 take the first")
    name = same_named()
    with pytest.raises(NoSuchHookError) as caught, BPF(source=PROGRAM.format(f"{kind}/{name}")):
        pass
    assert f"functions of this kernel are called `{name}`" in str(caught.value)
    with BPF(source=PROGRAM.format(f"{kind}.multi/{name}")) as b:
        assert b.programs["prog"].attached


def test_a_function_that_its_callers_contain() -> None:
    symbols = {line.split()[2] for line in Path("/proc/kallsyms").read_text().splitlines()}
    plain = (
        hook["name"]
        for hook in hooks("*", ["function"])
        if hook["module"] is None and hook["returns"] == "int" and not hook["fields"]
    )
    name = next((name for name in plain if name not in symbols), None)
    if name is None:
        pytest.skip("this kernel has all functions that its BTF describes")
    with pytest.raises(NoSuchHookError, match=f"no code of its own for `{name}`"):
        BPF(source=PROGRAM.format(f"fentry/{name}")).load()
