"""Maps of a loaded object, as user space sees them.

:class:`Table` is a mapping over a map with keys; maps of events are in
:mod:`pythonbpf._events`. Both are :class:`BpfMap`, whose call
``BpfMap(b, counts)`` finds the map that a decorated function stands for.
"""

from __future__ import annotations

import sys

# What `collections.abc` hands on; that module imports all of `collections`.
from _collections_abc import ItemsView, KeysView, MutableMapping, ValuesView
from _thread import get_ident

from pythonbpf._values import FIELDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any, SupportsIndex, TypeVar, cast, overload

    import numpy

    from pythonbpf import _native
    from pythonbpf._bpf import BPF

    _K = TypeVar("_K")
    _V = TypeVar("_V")
    _T = TypeVar("_T")
    _M = TypeVar("_M", bound="BpfMap")
else:
    _K = _V = None

    def cast(_: str, value: Any) -> Any:
        return value


_MISSING: Any = object()
"""No default was given."""


class BpfMap:
    """A map of a loaded object.

    ``BpfMap(b, counts)`` is ``b["counts"]``: a :class:`Table` or
    :class:`~pythonbpf.Events`. ``counts`` is the function under ``@map``, or its name.
    """

    __slots__ = ("_native",)

    _native: _native.Map

    def __new__(cls, bpf: BPF, definition: object) -> Any:
        """The map that a decorated function, or a name, stands for."""
        name = definition if isinstance(definition, str) else getattr(definition, "__name__", None)
        if not isinstance(name, str):
            raise TypeError(f"{definition!r} is neither a function under @map nor a map's name")
        return bpf.maps[name]

    @property
    def name(self) -> str:
        """The map's name in the object."""
        return self._native.name

    @property
    def type(self) -> str:
        """The kernel's name of the map type, for example ``hash`` or ``ringbuf``."""
        return self._native.type

    @property
    def max_entries(self) -> int:
        """How many entries it holds at most; for a ring buffer, its size in bytes."""
        return self._native.max_entries

    def pin(self, path: str | os.PathLike[str]) -> None:
        """Pins the map to a path, so that it lives until that file is removed.

        Another process, or a later run, takes it up with :meth:`pythonbpf.BPF.reuse`.

        Args:
            path: a new file in a BPF file system, such as ``/sys/fs/bpf/counts``.

        Raises:
            SystemRefusedError: the path is not in a BPF file system, or is taken.
        """
        self._native.pin(path)

    def fileno(self) -> int:
        """A new descriptor of the map, for other libraries; the caller closes it."""
        return self._native.descriptor()

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        raise TypeError(
            f"{self.name!r} is a map of the kernel, which is neither copied nor pickled: take what "
            "is in it, such as dict(m)"
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} ({self.type}, {self.max_entries} entries)>"


class Table(BpfMap, MutableMapping[_K, _V]):
    """A map with keys, as a mapping.

    Keys and values are integers, ``str``, ``bytes``, lists or struct values,
    after the types that the program declares. A struct may also be given as a
    tuple or a dictionary of its fields. Values are copies: to change one in
    the kernel, store it again.

    Another program may change the map at any time. ``items()`` and iteration
    take each entry as it is when it is read.

    For type checkers it is generic: ``counts: Table[int, Stats] = b["counts"]``;
    of a per-CPU map the values are lists: ``Table[int, list[int]]``.
    """

    __slots__ = ("_asked",)

    _asked: dict[int, tuple[int, int]]
    """For a thread, the place that asked for ``keys`` and has not called it."""

    def __getitem__(self, key: _K) -> _V:
        value = self._native.item(key)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: _K, value: _V) -> None:
        self._native.update(key, value)

    def __delitem__(self, key: _K) -> None:
        if not self._native.delete(key):
            raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return self._native.lookup(key) is not None

    def __iter__(self) -> Iterator[_K]:
        return iter(self._native.keys())

    def __len__(self) -> int:
        return self._native.length()

    def __bool__(self) -> bool:
        return not self._native.is_empty()

    if TYPE_CHECKING:

        def keys(self) -> KeysView[_K]:
            """The keys, read in one pass."""
            ...

    else:

        @property
        def keys(self) -> Callable[[], KeysView]:
            """``keys()``: the keys, read in one pass."""
            frame = sys._getframe(1)
            place, thread = (id(frame), frame.f_lasti), get_ident()
            twice = self._asked.get(thread) == place
            self._asked[thread] = place
            return _Keys(self, whole=twice or _merges(frame))

    def items(self) -> ItemsView[_K, _V]:
        """Pairs of key and value, read in one pass."""
        return _Items(self)

    def values(self) -> ValuesView[_V]:
        """The values, read in one pass."""
        return _Values(self)

    # Changes that others may make at the same time: each entry goes to one of them.

    if TYPE_CHECKING:

        @overload
        def pop(self, key: _K, /) -> _V: ...

        @overload
        def pop(self, key: _K, /, default: _V | _T) -> _V | _T: ...

    def pop(self, key: Any, /, default: Any = _MISSING) -> Any:
        """Removes an entry and gives its value, or the default if there is none.

        In one step where the kernel has it: hash maps since Linux 5.14. Before, an update
        between the two steps may be missed.

        Raises:
            KeyError: there is none, and no default.
        """
        value = self._removed(key)
        if value is not None:
            return value
        if default is _MISSING:
            raise KeyError(key)
        return default

    def popitem(self) -> tuple[_K, _V]:
        """Removes some entry and gives its key and value.

        Raises:
            KeyError: there is none.
        """
        entry = self._removed_any()
        if entry is None:
            raise KeyError(f"{self.name!r} is empty")
        return entry

    def setdefault(self, key: _K, default: Any = None, /) -> Any:
        """The value under a key; the default, which is stored then, if there is none."""
        while (value := self.get(key, _MISSING)) is _MISSING:
            if self._created(key, default):
                return default
        return value

    def _removed(self, key: Any) -> Any:
        """The value of an entry that is removed; ``None`` if there was none."""
        return self._native.remove(key)

    def _removed_any(self) -> Any:
        """Key and value of an entry that is removed."""
        return self._native.remove_any()

    def _created(self, key: Any, value: Any) -> bool:
        """Stores a value unless there is one; whether it did."""
        if type(self).__setitem__ is AnyTable.__setitem__:
            return self._native.create(key, value)
        self[key] = value
        return True

    def clear(self) -> None:
        """Removes all entries that are there at the call."""
        self._native.clear()

    def update(self, other: Any = (), /, **more: Any) -> None:
        """Stores many entries in a few calls: a mapping, or pairs of key and value.

        Nothing is stored if a key or value has the wrong type or does not fit.

        Raises:
            SystemRefusedError: the map is full; entries before that one are stored.
        """
        pairs = other.items() if hasattr(other, "items") else other
        self._native.update_all(pairs)
        if more:
            self._native.update_all(more.items())

    def to_numpy(self) -> numpy.ndarray[Any, Any]:
        """All entries as a structured array with the fields ``key`` and ``value``.

        Struct keys and values are fields within; in a per-CPU map ``value`` has a second
        dimension, the CPU::

            counts = b["counts"].to_numpy()
            counts[counts["value"] > 100]["key"]

        Raises:
            ImportError: NumPy is not installed.
        """
        return arrays().of_table(self._native)

    def _repr_html_(self) -> str:
        from pythonbpf._pictures import table_html

        return table_html(self)

    def plot(self, axes: Any = None, **options: Any) -> Any:
        """Bars of the values by key, on matplotlib axes, which are given back.

        Raises:
            ImportError: matplotlib is not installed.
        """
        from pythonbpf._pictures import plot

        return plot(self, axes, **options)

    # Compared by identity: the contents are the kernel's and change under our hands.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


if TYPE_CHECKING:
    AnyTable = Table[Any, Any]
else:
    AnyTable = Table


class _Keys:
    """The method ``keys`` of a table, which knows ``dict(table)``.

    That calls ``keys()`` and then looks each key up: a system call for each, and an entry
    that a program removes in between would be a :class:`KeyError`. But it asks for the method
    twice in one instruction, once to see whether there is one, and no code of Python's does
    so; ``{**table}`` is an instruction of its own. The values are then read with the keys, and
    handed out as the thread asks for them.
    """

    __slots__ = ("_table", "_whole")

    def __init__(self, table: Table[Any, Any], *, whole: bool) -> None:
        self._table = table
        self._whole = whole

    def __call__(self) -> KeysView[Any]:
        table = self._table
        table._asked.pop(get_ident(), None)  # pyright: ignore[reportPrivateUsage]
        if not self._whole or type(table).__getitem__ is not AnyTable.__getitem__:
            return KeysView(table)
        return cast("KeysView[Any]", table._native.keys_ahead())  # pyright: ignore[reportPrivateUsage]


def _merges(frame: FrameType) -> bool:
    """Whether this is ``{**table}`` or ``f(**table)``, which ask for the method once."""
    from opcode import opmap

    instruction = frame.f_code.co_code[frame.f_lasti]
    return instruction in (opmap["DICT_UPDATE"], opmap["DICT_MERGE"])


class _Items(ItemsView[_K, _V]):
    def __iter__(self) -> Iterator[tuple[_K, _V]]:
        return iter(_native_of(self._mapping).items())


class _Values(ValuesView[_V]):
    def __iter__(self) -> Iterator[_V]:
        return iter(_native_of(self._mapping).values())


def arrays() -> Any:
    """The module that knows NumPy."""
    from pythonbpf import _arrays

    return _arrays


def summed(name: str, values: list[Any]) -> Any:
    """The sum of all CPUs' values; of structs, of each field."""
    if all(isinstance(value, int | float) for value in values):
        return sum(values)
    if values and hasattr(values[0], FIELDS):
        fields = zip(*values, strict=True)
        return type(values[0])(*(summed(name, list(field)) for field in fields))
    raise TypeError(f"the values of {name!r} are no numbers, and have no sum")


def _native_of(mapping: Any) -> _native.Map:
    return mapping._native


def open_map(owner: _native.Object, name: str) -> BpfMap:
    """The wrapper that fits the map's type."""
    native = owner.map(name)
    if not native.carries_events:
        if native.type in ("hash", "lru_hash"):
            return new(AnyTable, native)
        from pythonbpf._map_kinds import wrap

        return wrap(native)
    from pythonbpf._events import Events

    return Events._over(owner, native, owner.events(name))  # pyright: ignore[reportPrivateUsage]


def new(cls: type[_M], native: _native.Map) -> _M:
    """The wrapper of this class for a map."""
    made = object.__new__(cls)
    made._native = native  # pyright: ignore[reportPrivateUsage]
    if issubclass(cls, Table):
        table = cast("Table[Any, Any]", made)
        table._asked = {}  # pyright: ignore[reportPrivateUsage]
    return made
