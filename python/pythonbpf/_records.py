"""The tuples with named fields that this package hands out.

In a module of their own, imported when one is first made or named: what they
need of :mod:`typing` would be a third of the package's import time.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Diagnostic(NamedTuple):
    """One thing that the compiler says about the source."""

    code: str
    """Stable code, for example ``E0201``."""
    name: str
    """The code in words, for example ``missing-license``."""
    severity: str
    """``error`` or ``warning``."""
    message: str
    """What is wrong, in one line."""
    filename: str
    """The file as it was named to the compiler."""
    line: int
    """Line, from 1."""
    column: int
    """Column in characters, from 1."""
    end_line: int
    """Line of the end of the span."""
    end_column: int
    """Column just past the end of the span."""
    notes: tuple[str, ...]
    """Why, or what follows from it."""
    help: tuple[str, ...]
    """What to do, in words."""
    fix: str | None
    """Text to put in place of the fix's span, if there is one."""


class _TestRun(NamedTuple):
    """The parts of a test run that it unpacks to."""

    retval: int
    """What the program returned, as a signed 32-bit integer."""
    data: bytes
    """The packet as the program left it."""
    duration: int
    """Nanoseconds per run, as the kernel measures it."""


class TestRun(_TestRun):
    """The result of a test run."""

    ctx: dict[str, Any]
    """The context as the program left it, by field: integers, and lists of them; of programs on
    packets that got one."""


class ProgramInfo(NamedTuple):
    """What the kernel tells of a loaded program."""

    id: int
    """The program's number, as bpftool shows it."""
    tag: str
    """The kernel's hash of the instructions, as bpftool shows it."""
    instructions: int
    """BPF instructions after the verifier's rewriting."""
    verified_instructions: int
    """Instructions that the verifier walked through; 0 before Linux 5.16."""
    stack_bytes: int | None
    """Bytes of stack it uses, where the verifier says so."""
    jited_bytes: int
    """Size of the machine code."""
    run_count: int
    """How often it ran; counted while ``kernel.bpf_stats_enabled`` is on."""
    run_time: int
    """Nanoseconds it ran in all; likewise."""


class Frame(NamedTuple):
    """One function on a stack."""

    function: str | None
    """Its name; ``None`` where nothing tells it."""
    offset: int
    """Bytes from its beginning to the address."""
    module: str | None
    """The file or module of the kernel that the code is from."""
    file: str | None
    """The source file, where there is debug information."""
    line: int | None
    """The line in it."""
    address: int
    """The address."""
    inlined: bool
    """Whether the compiler put it into the one that follows."""

    def __str__(self) -> str:
        name = self.function or "[unknown]"
        where = f" [{self.module}]" if self.module else ""
        source = f" {self.file}:{self.line}" if self.file else ""
        return f"{name}+{self.offset:#x}{where}{source}" if self.function else f"{self.address:#x}"


class TraceFields(NamedTuple):
    """A line of the trace pipe, taken apart."""

    task: str
    """Name of the thread that ran the program."""
    pid: int
    """Its id."""
    cpu: int
    """The CPU it ran on."""
    flags: str
    """The kernel's flags: interrupts off, need to reschedule, …"""
    ts: float
    """Seconds since the machine started."""
    msg: str
    """What the program printed."""
