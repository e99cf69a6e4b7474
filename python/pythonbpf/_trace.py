"""What programs print: the kernel's trace pipe.

The pipe is one for the whole machine: a line goes to one reader only.
"""

from __future__ import annotations

import time

from pythonbpf import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pythonbpf._records import TraceFields

_opened: list[_native.TracePipe] = []


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
    finally:
        _opened.clear()  # only one process at a time may read it


def trace_fields() -> TraceFields:
    """Waits for the next line that a program prints, and takes it apart.

    Returns:
        ``(task, pid, cpu, flags, ts, msg)``

    Raises:
        PrivilegeError: the trace pipe needs root.
    """
    from pythonbpf._records import TraceFields

    while True:
        fields = _native.parse_fields(_next_line())
        if fields is not None:
            return TraceFields(*fields)


def own_lines(
    printed: _native.Printed, closed: Callable[[], bool], timeout: float | None
) -> Iterator[TraceFields]:
    """Lines that an object's programs print, until none comes in time or it is closed."""
    from pythonbpf._records import TraceFields

    began = time.monotonic()
    while not closed():
        left = None if timeout is None else max(0.0, began + timeout - time.monotonic())
        line = _pipe().line(_LOOK if left is None else min(left, _LOOK))
        if line is None:
            if left is not None and left <= _LOOK:
                return
            continue
        fields = _native.parse_fields(line)
        if fields is not None and printed.made(fields[-1]):
            yield TraceFields(*fields)
            began = time.monotonic()


_LOOK = 0.2
"""Seconds after which to look whether the object is closed."""


def _next_line() -> str:
    line = _pipe().line(None)
    assert line is not None  # without a limit it waits
    return line


def _pipe() -> _native.TracePipe:
    if not _opened:
        _opened.append(_native.TracePipe.open())
    return _opened[0]
