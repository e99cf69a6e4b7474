"""Everything that this package raises on its own account.

All of them are :class:`BpfError`, and each is also the built-in exception
that Python programs expect for such a case (:class:`PermissionError`,
:class:`KeyError`, …). The native module raises these classes too.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "BpfError",
    "CompileError",
    "Diagnostic",
    "NoSuchHookError",
    "PrivilegeError",
    "SourceNotFoundError",
    "SystemRefusedError",
    "UnknownNameError",
    "VerifierError",
]


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


class BpfError(Exception):
    """The base of all errors of this package; ``str()`` is the whole message."""

    message: str = ""

    def __str__(self) -> str:
        return self.message or super().__str__()


class CompileError(BpfError):
    """The program is wrong. ``str()`` is the text that ``pythonbpf check`` prints."""

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.diagnostics = diagnostics
        """All that the compiler has to say, warnings included, in source order."""


class SourceNotFoundError(BpfError, OSError):
    """The Python source of the caller is not to be found."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SystemRefusedError(BpfError, OSError):
    """The kernel refused a request; ``errno`` says how."""

    def __init__(self, message: str, errno: int | None = None) -> None:
        super().__init__(errno, message)
        self.message = message
        self.errno = errno


class PrivilegeError(SystemRefusedError, PermissionError):
    """The process lacks a privilege; the message names the capability."""


class NoSuchHookError(SystemRefusedError, LookupError):
    """This kernel has no such tracepoint, function or interface."""


class VerifierError(SystemRefusedError):
    """The kernel's verifier refused a program."""

    def __init__(self, message: str, errno: int | None = None, log: str = "") -> None:
        super().__init__(message, errno)
        self.log = log
        """The verifier's log, whole."""


class UnknownNameError(BpfError, KeyError):
    """The object has no map, program or field of that name; the message lists near ones."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
