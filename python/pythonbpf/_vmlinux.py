"""The module ``vmlinux``, of which no file is needed: the kernel's own types.

The compiler reads ``from vmlinux import task_struct`` itself. For CPython to
get past the line, a finder offers the module where no other has it, behind all
that ``sys.path`` has: a ``vmlinux.py`` of the user's wins. Values of enums are
their numbers, typedefs of integers those of :mod:`ctypes`, functions refuse to be
called, and everything else is an empty structure that stands for its name.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

NAME = "vmlinux"


class Finder:
    """Finds the module; it is its loader, too."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module, if it is asked for."""
        return ModuleSpec(name, Finder) if name == NAME else None  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: ModuleSpec) -> None:
        """As Python makes it."""

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        """Names are looked up when they are asked for."""
        module.__doc__ = "Types and constants of the kernel."

        def __getattr__(name: str) -> object:
            value = lookup(name)
            setattr(module, name, value)
            return value

        module.__getattr__ = __getattr__  # type: ignore[method-assign]


def lookup(name: str) -> object:
    """What a name stands for in Python."""
    if name.startswith("__") and name.endswith("__"):
        raise AttributeError(f"module {NAME!r} has no attribute {name!r}")
    import ctypes

    from pythonbpf import _native

    try:
        found = _native.kernel_name(name)
    except OSError:
        # The types come from elsewhere; the compiler knows them.
        found = None
    # A file may ask whether a kernel has what this one lacks; where it uses it
    # otherwise, the compiler says so.
    kind, value = found or ("type", 0)
    if kind == "constant":
        return value
    if kind == "function":
        return function(name)
    if kind != "type":
        return getattr(ctypes, f"c_{'u' if kind == 'unsigned' else ''}int{value * 8}")
    return type(name, (ctypes.Structure,), {"__module__": NAME})


def function(name: str) -> object:
    """What stands for a function of the kernel, which programs alone call."""

    def kfunc(*args: object) -> object:
        raise TypeError(f"{name} is a function of the kernel: only programs call it")

    kfunc.__name__ = kfunc.__qualname__ = name
    return kfunc


def install() -> None:
    """Lets ``import vmlinux`` work."""
    if Finder not in sys.meta_path:
        sys.meta_path.append(Finder)
