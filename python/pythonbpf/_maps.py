"""Maps of a loaded object, as user space sees them.

:class:`Table` is a mapping over a map with keys; maps of events are in
:mod:`pythonbpf._events`. Both are :class:`BpfMap`, whose call
``BpfMap(b, counts)`` finds the map that a decorated function stands for.
"""

from __future__ import annotations

# What `collections.abc` hands on; that module imports all of `collections`.
from _collections_abc import ItemsView, MutableMapping, ValuesView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeVar

    from pythonbpf import _native
    from pythonbpf._bpf import BPF

    _M = TypeVar("_M", bound="BpfMap")
    _AnyMapping = MutableMapping[Any, Any]
    _AnyItems = ItemsView[Any, Any]
    _AnyValues = ValuesView[Any]
else:
    _AnyMapping, _AnyItems, _AnyValues = MutableMapping, ItemsView, ValuesView


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

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} ({self.type}, {self.max_entries} entries)>"


class Table(BpfMap, _AnyMapping):
    """A map with keys, as a mapping.

    Keys and values are integers, ``str``, ``bytes``, lists or struct values,
    after the types that the program declares. A struct may also be given as a
    tuple or a dictionary of its fields. Values are copies: to change one in
    the kernel, store it again.

    Another program may change the map at any time. ``items()`` and iteration
    take each entry as it is when it is read.
    """

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        value = self._native.lookup(key)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        self._native.update(key, value)

    def __delitem__(self, key: Any) -> None:
        if not self._native.delete(key):
            raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return self._native.lookup(key) is not None

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _ in self._native.items())

    def __len__(self) -> int:
        return self._native.length()

    def items(self) -> ItemsView[Any, Any]:
        """Pairs of key and value, read in one pass."""
        return _Items(self)

    def values(self) -> ValuesView[Any]:
        """The values, read in one pass."""
        return _Values(self)

    def clear(self) -> None:
        """Removes all entries."""
        self._native.clear()

    # Compared by identity: the contents are the kernel's and change under our hands.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class _Items(_AnyItems):
    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(_native_of(self._mapping).items())


class _Values(_AnyValues):
    def __iter__(self) -> Iterator[Any]:
        return (value for _, value in _native_of(self._mapping).items())


def _native_of(mapping: Any) -> _native.Map:
    return mapping._native


def open_map(owner: _native.Object, name: str) -> BpfMap:
    """The wrapper that fits the map's type."""
    native = owner.map(name)
    if not native.carries_events:
        if native.type in ("hash", "array", "lru_hash"):
            return _new(Table, native)
        from pythonbpf._map_kinds import wrap

        return wrap(native)
    from pythonbpf._events import Events

    events: Events[Any] = _new(Events, native)
    events._reader = owner.events(name)  # pyright: ignore[reportPrivateUsage]
    events._dtypes = None  # pyright: ignore[reportPrivateUsage]
    return events


def _new(cls: type[_M], native: _native.Map) -> _M:
    made = object.__new__(cls)
    made._native = native  # pyright: ignore[reportPrivateUsage]
    return made
