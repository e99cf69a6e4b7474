"""The five decorators: marks that CPython leaves on what it imports.

Nothing is compiled or checked here. The compiler reads the source text, so a
decorator returns the object it was given, whatever the order they stand in;
all that stays is a note of where the object was defined, from which
:mod:`pythonbpf._source` finds the cells of a notebook that belong together.

Hands on :func:`bpf`, :func:`section`, :func:`map`, :func:`struct` and
:func:`bpfglobal` to users, and :func:`mark_of` to the package.
"""

from __future__ import annotations

import sys

from pythonbpf._values import Struct, install, slotted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar, overload

    _S = TypeVar("_S", bound=Struct)
    _T = TypeVar("_T")
    _M = TypeVar("_M")

_ATTRIBUTE = "__pythonbpf__"


class Mark:
    """What the decorators said of one object, and where."""

    __slots__ = ("filename", "kinds", "line", "section")

    def __init__(self, filename: str, line: int) -> None:
        self.filename = filename
        """Name of the file or notebook cell, as CPython's tracebacks show it."""
        self.line = line
        """Line on which CPython was when it ran the innermost decorator."""
        self.kinds: frozenset[str] = frozenset()
        """Names of the decorators: ``bpf``, ``section``, ``map``, ``struct``, ``bpfglobal``."""
        self.section: str | None = None
        """The argument of ``@section``."""


def mark_of(obj: object) -> Mark | None:
    """The mark of a decorated object, or ``None``; a base class's mark does not count."""
    namespace = getattr(obj, "__dict__", None)
    mark = namespace.get(_ATTRIBUTE) if namespace is not None else None
    return mark if isinstance(mark, Mark) else None


def _mark(obj: _T, kind: str, section: str | None = None) -> _T:
    mark = mark_of(obj)
    if mark is None:
        frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
        mark = Mark(frame.f_code.co_filename, frame.f_lineno)
        try:
            setattr(obj, _ATTRIBUTE, mark)
        except (AttributeError, TypeError):
            return obj  # not a function or class: the compiler says so
    mark.kinds |= {kind}
    if section is not None:
        mark.section = section
    return obj


def bpf(obj: _T) -> _T:
    """Marks a function or class for compilation to BPF. Always the outermost decorator."""
    return _mark(obj, "bpf")


def section(name: str) -> Callable[[_T], _T]:
    """Marks a function as a program for the kernel hook that ``name`` describes.

    ``name`` is a libbpf section string, for example
    ``"tracepoint/syscalls/sys_enter_execve"``, ``"kprobe/do_sys_open"`` or
    ``"xdp"``.
    """

    def decorate(obj: _T) -> _T:
        return _mark(obj, "section", name)

    return decorate


def map(function: Callable[[], _M]) -> _M:
    """Marks a function as the definition of a map.

    The function returns one of the types of :mod:`pythonbpf.maps`. CPython
    gets the function back; type checkers see the map, since that is what the
    name means inside BPF programs.
    """
    return _mark(function, "map")  # pyright: ignore[reportReturnType]


if TYPE_CHECKING:

    @overload
    def struct(cls: type[_S]) -> type[_S]: ...

    @overload
    def struct(cls: type[_T]) -> Any: ...


def struct(cls: type[Any]) -> Any:
    """Marks a class as a C struct and makes it usable in user space as a value.

    ``Event(timestamp=1, pid=2)`` builds one (fields that are left out are
    zero), fields are attributes, two of the same content are equal, and they
    serve as map keys and values. Field types are those of the guide: the
    integers and pointers of :mod:`ctypes`, ``str(N)``, arrays and other
    structs. A class that derives from :class:`pythonbpf.Struct` keeps its
    fields for type checkers.
    """
    cls = slotted(cls)
    install(cls)
    return _mark(cls, "struct")


def bpfglobal(function: Callable[[], _M]) -> _M:
    """Marks a function as the definition of a global of its return type.

    CPython gets the function back; type checkers see the value, since that is
    what the name means inside BPF programs.
    """
    return _mark(function, "bpfglobal")  # pyright: ignore[reportReturnType]
