"""What programs print: the kernel's trace pipe.

The pipe is one for the whole machine: a line goes to one reader only.
"""

from __future__ import annotations

from typing import NamedTuple

from pythonbpf import _native

_opened: list[_native.TracePipe] = []


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


def trace_pipe() -> None:
    """Prints what programs print, until Ctrl-C.

    Raises:
        PrivilegeError: the trace pipe needs root.
    """
    try:
        while True:
            print(_next_line(), flush=True)
    except KeyboardInterrupt:
        return


def trace_fields() -> TraceFields:
    """Waits for the next line that a program prints, and takes it apart.

    Returns:
        ``(task, pid, cpu, flags, ts, msg)``

    Raises:
        PrivilegeError: the trace pipe needs root.
    """
    while True:
        fields = _native.parse_fields(_next_line())
        if fields is not None:
            return TraceFields(*fields)


def _next_line() -> str:
    if not _opened:
        _opened.append(_native.TracePipe.open())
    return _opened[0].line()
