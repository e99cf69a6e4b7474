"""Everything that this package raises on its own account.

All of them are :class:`BpfError`, and each is also the built-in exception
that Python programs expect for such a case (:class:`PermissionError`,
:class:`KeyError`, …). The native module raises these classes too.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pythonbpf._records import Diagnostic

__all__ = [
    "AttachArgumentError",
    "BpfError",
    "CompileError",
    "NoSuchHookError",
    "PrivilegeError",
    "SourceNotFoundError",
    "SystemRefusedError",
    "UnknownNameError",
    "VerifierError",
]


class BpfError(Exception):
    """The base of all errors of this package; ``str()`` is the whole message."""

    message: str = ""

    def __str__(self) -> str:
        return self.message or super().__str__()


class AttachArgumentError(BpfError, TypeError):
    """An argument of ``attach`` is missing or not taken; the message names the right ones."""


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

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.message, self.errno), self.__dict__


class PrivilegeError(SystemRefusedError, PermissionError):
    """The process lacks a privilege; the message names the capability."""


class NoSuchHookError(SystemRefusedError, LookupError):
    """This kernel has no such tracepoint, function, interface, control group, process or file."""


class VerifierError(SystemRefusedError):
    """The kernel's verifier refused a program; ``str()`` shows where, why, and what mends it."""

    reason: str = ""
    """The verifier's own last word."""
    meaning: str | None = None
    """What that means."""
    mend: str | None = None
    """What mostly mends it."""
    line: int | None = None
    """The line of the source where it stopped; ``filename`` is the file."""
    instruction: str | None = None
    """The instruction where it stopped, in the words of its log."""
    register: str | None = None
    """What the register that the reason is about holds there."""
    path: tuple[str, ...] = ()
    """What led there, from Linux 7.3 on."""

    def __init__(self, message: str, errno: int | None = None, log: str = "") -> None:
        super().__init__(message, errno)
        self.log = log
        """The verifier's log, whole."""


class UnknownNameError(BpfError, KeyError):
    """The object has no map, program or field of that name; the message lists near ones."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
