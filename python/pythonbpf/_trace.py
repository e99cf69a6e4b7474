"""What programs print: the kernel's trace pipe.

The pipe is one for the whole machine: a line goes to one reader only.
"""

from __future__ import annotations

from pythonbpf import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
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


def _next_line() -> str:
    if not _opened:
        _opened.append(_native.TracePipe.open())
    return _opened[0].line()
