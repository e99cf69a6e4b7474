"""What a program reads out of the process that makes a system call is what that process has there.

In the lab's virtual machines the objects are those that another kernel's machine built.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import LAB_OBJECTS

from pythonbpf import BPF

CASES = Path(__file__).resolve().parents[1] / "lang"
WORDS = ["/bin/true", "", "naïve 日本", "a much longer word than there is room for"]
CUT = [*WORDS[:3], WORDS[3][:31]]

pytestmark = pytest.mark.kernel


def case(name: str) -> BPF:
    if LAB_OBJECTS is not None:
        return BPF.from_object(Path(LAB_OBJECTS).parent / "cases" / "lang" / f"{name}.o")
    return BPF(CASES / f"{name}.py")


def told(name: str, does: Callable[[], object]) -> Any:
    """What the program saw of this process while it did something."""
    b = case(name)
    b.globals.TARGET = os.getpid()
    with b:
        does()
        return b["facts"][0]


def told_of_program(name: str) -> Any:
    """The same of another process, which becomes `/bin/true`."""
    source = (
        "import os\n"
        "input()\n"
        f"os.execve('/bin/true', {WORDS!r}, {{'FIRST': 'of all', 'SECOND': 'x'}})\n"
    )
    with subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE) as process:
        b = case(name)
        b.globals.TARGET = process.pid
        with b:
            process.communicate(b"\n")
            return b["facts"][0]


def connects(family: int, address: tuple[str, int]) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect(address)


def writes() -> None:
    end, way = os.pipe()
    parts = [b"first", b"a text\0behind", struct.pack("QQ", 1, 2**63 + 5)]
    assert os.writev(way, parts) == sum(map(len, parts))
    os.close(end)
    os.close(way)


def test_arguments_and_variables_of_a_program() -> None:
    facts = told_of_program("user_memory")
    assert list(facts.words) == CUT
    assert facts.variable == "FIRST=of all"


def test_addresses_of_both_families() -> None:
    facts = told("user_memory", lambda: connects(socket.AF_INET, ("127.0.0.3", 5353)))
    assert facts.family == socket.AF_INET
    assert facts.port == socket.htons(5353)
    assert struct.pack("I", facts.address) == socket.inet_aton("127.0.0.3")
    there = socket.inet_pton(socket.AF_INET6, "2001:db8::17")

    def connects_somewhere() -> None:
        # Whether there is a way there is no matter.
        with socket.socket(socket.AF_INET6) as sock, contextlib.suppress(OSError):
            sock.settimeout(0)
            sock.connect(("2001:db8::17", 9))

    if not socket.has_dualstack_ipv6():
        return
    facts = told("user_memory", connects_somewhere)
    assert facts.family == socket.AF_INET6
    assert bytes(facts.address6) == there


def test_what_elements_of_arrays_lead_to() -> None:
    facts = told("user_memory", writes)
    assert facts.lengths == 5 + 13 + 16
    assert facts.start == "a text"
    assert facts.last == 2**63 + 5


def test_a_struct_by_its_fields() -> None:
    before = time.monotonic_ns()
    facts = told("user_memory", lambda: time.sleep(0.01))
    # The kernel is told until when it is to wait.
    assert before + 10_000_000 <= facts.slept <= time.monotonic_ns()


@pytest.mark.skipif(LAB_OBJECTS is None, reason="needs a kernel with kprobes")
def test_arguments_of_system_calls() -> None:
    facts = told_of_program("user_memory_of_system_calls")
    assert facts.name == "/bin/true"
    assert list(facts.words) == CUT
    facts = told(
        "user_memory_of_system_calls",
        lambda: connects(socket.AF_INET, ("127.0.0.3", 5353)),
    )
    assert facts.port == socket.htons(5353)
    assert struct.pack("I", facts.address) == socket.inet_aton("127.0.0.3")
    assert told("user_memory_of_system_calls", writes).lengths == 5 + 13 + 16
