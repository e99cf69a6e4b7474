"""Structs in user space.

A class under ``@bpf @struct`` is a value type: see :func:`pythonbpf.struct`.
Events, and the keys and values of maps, are values of these classes; where
the object file describes a struct that no class of the program stands for, a
class of the same name and fields is made. The functions here work on all of
them.
"""

from __future__ import annotations

from pythonbpf._marks import struct
from pythonbpf._values import Struct, field_names, is_struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Struct", "asdict", "astuple", "fields", "is_struct", "struct"]


def fields(struct: object) -> tuple[str, ...]:
    """Names of the fields of a struct class or value, in order of declaration.

    >>> from ctypes import c_uint32
    >>> @struct
    ... class Point:
    ...     x: c_uint32
    ...     y: c_uint32
    >>> fields(Point)
    ('x', 'y')
    """
    return field_names(struct)


def asdict(value: Any) -> dict[str, Any]:
    """A struct value as a dictionary, nested structs too."""
    field_names(value)
    return value._asdict()


def astuple(value: Any) -> tuple[Any, ...]:
    """The values of a struct's fields, in order of declaration."""
    field_names(value)
    return tuple(value)
