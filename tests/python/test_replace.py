"""Programs that take the place of a function of a loaded program."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import replaced, replacing

from pythonbpf import BPF, BpfError, NoSuchHookError, PrivilegeError, Program

pytestmark = pytest.mark.kernel

PASSED, DROPPED = 2, 1


@pytest.fixture
def old() -> Iterator[Program]:
    b = replaced.main()
    b.load()
    yield b.programs["filter"]
    b.close()


@pytest.fixture
def new() -> Iterator[BPF]:
    b = replacing.main()
    yield b
    b.close()


def verdict(program: Program, size: int) -> int:
    return program.test_run(data=bytes(size)).retval


def test_a_program_replaces_another_while_it_is_attached(old: Program, new: BPF) -> None:
    assert (verdict(old, 80), verdict(old, 120)) == (PASSED, DROPPED)
    stricter = new.programs["stricter"]
    stricter.replace(old)
    try:
        new.load()
    except PrivilegeError:
        pytest.skip("this machine lets nobody change running programs (trampolines)")
    assert verdict(old, 80) == PASSED
    new.attach_all()
    assert stricter.attached
    assert (verdict(old, 40), verdict(old, 80)) == (PASSED, DROPPED)
    stricter.detach()
    assert verdict(old, 80) == PASSED


def test_the_command_is_told_by_number(old: Program) -> None:
    source = Path(replacing.__file__)
    words = ["-m", "pythonbpf", "run", str(source), "--program", str(old.info.id)]
    with subprocess.Popen([sys.executable, *words], stderr=subprocess.PIPE, text=True) as command:
        assert command.stderr is not None
        said = command.stderr.readline()
        if "not permitted" in said:
            pytest.skip("this machine lets nobody change running programs (trampolines)")
        assert said.startswith("attached stricter")
        assert verdict(old, 80) == DROPPED
        command.send_signal(signal.SIGINT)
        assert command.wait(10) == 0
    assert verdict(old, 80) == PASSED


def test_it_must_be_said_what_is_replaced(old: Program, new: BPF) -> None:
    with pytest.raises(BpfError, match=r"with replace\(\) before the load"):
        new.load()


def test_only_functions_of_the_program_are_replaced(old: Program, new: BPF) -> None:
    with pytest.raises(NoSuchHookError, match="no function of that name"):
        new.programs["stricter"].replace(old, "nothing")


def test_only_freplace_programs_replace(old: Program) -> None:
    other = replaced.main()
    with pytest.raises(BpfError, match="section `freplace/FUNCTION`"):
        other.programs["filter"].replace(old)
    other.close()


def test_after_the_load_it_is_too_late(old: Program) -> None:
    other = replaced.main()
    other.load()
    with pytest.raises(BpfError, match=r"comes before load\(\)"):
        other.programs["filter"].replace(old)
    other.close()
