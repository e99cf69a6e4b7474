"""What stands behind the module ``vmlinux``: the kernel's own types.

The compiler reads ``from vmlinux import task_struct`` itself. For CPython to
get past the line, the package has a module of that name, which is filled here and
gives way to any other on ``sys.path``: a ``vmlinux.py`` of the user's wins.
"""

from __future__ import annotations

import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

NAME = "vmlinux"


def fill(name: str) -> None:
    """Puts the user's own module in place of this, or looks names up when they are asked for."""
    module = sys.modules[name]
    own = of_user(Path(str(module.__file__)).parent.parent)
    if own is not None and own.loader is not None:
        from importlib.util import module_from_spec

        # The import that is under way gives what then stands under the name.
        sys.modules[name] = theirs = module_from_spec(own)
        own.loader.exec_module(theirs)
        return

    def __getattr__(name: str) -> object:
        value = lookup(name)
        setattr(module, name, value)
        return value

    module.__getattr__ = __getattr__  # type: ignore[method-assign]


def of_user(ours: Path) -> ModuleSpec | None:
    """Another module of the name, wherever it stands on the path."""
    from importlib.machinery import PathFinder

    others = [entry for entry in sys.path if Path(entry or ".").resolve() != ours.resolve()]
    spec = PathFinder.find_spec(NAME, others)
    return None if spec is None or spec.origin is None else spec


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
