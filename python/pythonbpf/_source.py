"""Where the caller's Python source is.

:func:`caller_source` looks at the frame that called into the package and
finds the text that CPython made it from, wherever it came from: a file, the
cells of a notebook, ``python -c``, a script on standard input, or text that
was run with ``exec`` and left in :mod:`linecache`. A text that is not certain
to be the caller's is not taken: for ``-c`` and standard input it is compiled
again and must contain the caller's code object.

Hands on a :class:`Source`: a name for messages, the bytes, and the namespace
in which the decorated objects live.
"""

from __future__ import annotations

import os
import stat
import sys

from pythonbpf.errors import SourceNotFoundError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType
    from typing import Any

_PACKAGE = __name__.partition(".")[0]
_WAY_OUT = "Name the program with BPF(filename=…), or pass its text with BPF(source=…)."


class Source:
    """The text of a program."""

    __slots__ = ("name", "namespace", "text")

    def __init__(self, name: str, text: bytes, namespace: dict[str, Any]) -> None:
        self.name = name
        """What messages call it; a path where there is one."""
        self.text = text
        """The source as bytes."""
        self.namespace = namespace
        """The globals of the module, in which its struct classes are found."""


def caller_source() -> Source:
    """The source of the code that called into this package.

    Raises:
        SourceNotFoundError: there is none; the message says what was looked at.
    """
    frame = _caller()
    name = frame.f_code.co_filename
    for find in (_from_notebook, _from_console, _from_file, _from_linecache, _from_command_line):
        source = find(frame, name)
        if source is not None:
            return source
    raise SourceNotFoundError(f"{_why_not(frame, name)} {_WAY_OUT}")


def from_file(filename: str | os.PathLike[str]) -> Source:
    """The source of a named file.

    Raises:
        OSError: it is missing, a directory, or not readable.
    """
    name = os.fspath(filename)
    return Source(name, _read(name), {})


def shown(name: str) -> str:
    """A file's name as text, also where it is none: as the command shows it."""
    return name.encode("utf-8", "surrogateescape").decode(errors="replace")


def _caller() -> FrameType:
    """The innermost frame that is not this package's."""
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame.f_back is not None and _is_ours(frame):
        frame = frame.f_back
    return frame


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == _PACKAGE


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


# --- files ------------------------------------------------------------------------------------


def _from_file(frame: FrameType, name: str) -> Source | None:
    try:
        if not stat.S_ISREG(os.stat(name).st_mode):
            return None
        text = _read(name)
    except (OSError, ValueError):
        return None
    if name.startswith(("/dev/", "/proc/")) and not _contains(text, name, frame.f_code):
        return None
    return Source(_short(name), text, frame.f_globals)


def _short(path: str) -> str:
    """The path as a user in this directory would type it."""
    path = os.path.normpath(path)
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):
        return path
    return path if relative.startswith(os.pardir) else relative


def _from_linecache(frame: FrameType, name: str) -> Source | None:
    """Zip imports, and ``exec`` by tools that register their text."""
    if name in ("<string>", "<stdin>"):  # names that any text may have
        return None
    import linecache

    lines = linecache.getlines(name, frame.f_globals)
    if not lines:
        return None
    return Source(name, "".join(lines).encode(), frame.f_globals)


# --- python -c and python < file ------------------------------------------------------------


def _from_command_line(frame: FrameType, name: str) -> Source | None:
    candidates: Callable[[], Iterator[bytes]] | None = {
        "<string>": _command_texts,
        "<stdin>": _stdin_texts,
    }.get(name)
    if candidates is not None:
        for text in candidates():
            if _contains(text, name, frame.f_code):
                return Source(name, text, frame.f_globals)
    return None


def _command_texts() -> Iterator[bytes]:
    """The argument of ``-c``, as given and as Python 3.14 dedents it."""
    command = _command_argument(sys.orig_argv[1:])
    if command is not None:
        import textwrap

        yield os.fsencode(command)
        yield os.fsencode(textwrap.dedent(command))


def _command_argument(arguments: list[str]) -> str | None:
    """What follows ``-c`` among the interpreter's own options (``-Ic CODE``, ``-W x -cCODE``)."""
    rest = iter(arguments)
    for argument in rest:
        if argument == "--check-hash-based-pycs":
            next(rest, None)
        elif argument.startswith("--"):
            continue
        elif not argument.startswith("-") or argument == "-":
            return None
        else:
            letters = argument[1:]
            at = next((i for i, letter in enumerate(letters) if letter in "cmWX"), None)
            if at is None:
                continue
            value = letters[at + 1 :] or next(rest, None)
            if letters[at] in "cm":
                return value if letters[at] == "c" else None
    return None


def _stdin_texts() -> Iterator[bytes]:
    """Standard input from its start, if it is a file and so can be read again."""
    try:
        status = os.fstat(0)
        if stat.S_ISREG(status.st_mode):
            yield os.pread(0, status.st_size, 0)
    except OSError:
        return


def _contains(text: bytes, name: str, code: CodeType) -> bool:
    """Whether compiling ``text`` gives ``code``."""
    try:
        whole = compile(text, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    pending = [whole]
    while pending:
        candidate = pending.pop()
        if candidate == code:
            return True
        pending.extend(const for const in candidate.co_consts if isinstance(const, type(code)))
    return False


# --- notebooks and consoles -------------------------------------------------------------------


def _from_notebook(frame: FrameType, name: str) -> Source | None:
    """The cells of IPython or Jupyter, if the caller is one of them."""
    cells = frame.f_globals.get("In")
    if not isinstance(cells, list) or "get_ipython" not in frame.f_globals:
        return None
    if frame.f_globals.get("__name__") != "__main__" or (
        os.path.isfile(name) and not _is_cell(name)
    ):
        return None
    texts = [str(cell) for cell in cells]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    from pythonbpf._cells import join

    return Source("<notebook>", join(texts, frame.f_globals), frame.f_globals)


def _is_cell(name: str) -> bool:
    """Whether ipykernel named a cell so: ``/tmp/ipykernel_PID/HASH.py``."""
    return "ipykernel_" in name


def _from_console(frame: FrameType, name: str) -> Source | None:
    """The statements of an interactive console, which keeps them from Python 3.13 on."""
    if not name.startswith("<python-input-"):
        return None
    import linecache

    number = int(name.removeprefix("<python-input-").removesuffix(">"))
    inputs = ("".join(linecache.getlines(f"<python-input-{i}>")) for i in range(number + 1))
    from pythonbpf._cells import join

    return Source("<console>", join(list(inputs), frame.f_globals), frame.f_globals)


# --- when there is none -------------------------------------------------------------------------


def _why_not(frame: FrameType, name: str) -> str:
    if name in ("<stdin>", "/dev/stdin", "/proc/self/fd/0") or name.startswith("/dev/fd/"):
        if hasattr(sys, "ps1"):
            return (
                "BPF() was called at an interactive prompt, and this Python "
                f"({sys.version_info.major}.{sys.version_info.minor}) keeps no text of what is typed there."
            )
        return (
            "BPF() was called from a script on standard input that is a pipe or a terminal, "
            f"so its text cannot be read a second time ({name})."
        )
    module = frame.f_globals.get("__name__", "?")
    return (
        f"BPF() found no source for its caller, module {module!r}: there is no file {name!r}, "
        "no entry for it in linecache, and it is neither a notebook cell, the argument of "
        "`python -c` nor a script on standard input."
    )
