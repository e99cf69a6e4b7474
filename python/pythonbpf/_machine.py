"""What this machine can do, and what objects are made of: the command's answers as objects."""

from __future__ import annotations

import json
import os

from pythonbpf import _native, _source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

__all__ = ["doctor", "hooks", "inspect"]


def doctor() -> dict[str, Any]:
    """What will and will not work here, and why; needs no privilege.

    The same as ``pythonbpf doctor --json``: ``loads`` is whether programs can be
    loaded at all, and the groups ``system``, ``privileges``, ``sections``, ``maps`` and
    ``features`` are lists of findings with ``name``, ``ability`` (``works``, ``missing``
    or ``unknown``), and ``why`` where it does not work.
    """
    return json.loads(_native.doctor())


def hooks(pattern: str, kinds: Iterable[str] = ()) -> list[dict[str, Any]]:
    """What programs can be attached to on this kernel, found by name.

    The same as ``pythonbpf hooks PATTERN --json``: each hook has ``kind``, ``name``,
    ``fields`` and ``sections``; functions have ``returns``, tracepoints ``arguments``.

    Args:
        pattern: a part of a name, a pattern with ``*`` and ``?``, or a section such as
            ``kprobe/vfs_read``.
        kinds: only these: ``tracepoint``, ``function``, ``lsm``, ``kfunc``, ``iterator``,
            ``struct_ops``, ``section``.

    Raises:
        ValueError: there is no such kind.
    """
    return [json.loads(found) for found in _native.hooks(pattern, tuple(kinds))]


def inspect(object: str | os.PathLike[str] | bytes) -> dict[str, Any]:
    """What a compiled object is made of; nothing is loaded.

    The same as ``pythonbpf inspect FILE --json``: ``license``, ``programs``, ``maps``,
    ``types`` and ``code``, whose instructions have the Python line that they were made of.

    Args:
        object: the path of an object, ours or another compiler's, or its bytes.

    Raises:
        OSError: the file cannot be read.
        BpfError: it is not a BPF object.
    """
    if isinstance(object, bytes):
        return json.loads(_native.inspect("object", object))
    with open(object, "rb") as file:
        name = _source.shown(os.fspath(object))
        return json.loads(_native.inspect(name, file.read()))
