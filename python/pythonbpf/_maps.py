"""Maps of a loaded object, as user space sees them.

:class:`Table` is a mapping over a map with keys, :class:`Events` an iterable
over a ring buffer or perf event array. Both are :class:`BpfMap`, whose call
``BpfMap(b, counts)`` finds the map that a decorated function stands for.
"""

from __future__ import annotations

import time

# What `collections.abc` hands on; that module imports all of `collections`.
from _collections_abc import ItemsView, MutableMapping, ValuesView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterator
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
    :class:`Events`. ``counts`` is the function under ``@map``, or its name.
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


class Events(BpfMap):
    """A ring buffer or perf event array, as a stream of events.

    Events are struct values with the fields that the program declares, or
    integers, or ``bytes`` where the object does not say what they are::

        for event in b["events"]:
            print(event.pid, event.comm)

    The loop ends with Ctrl-C (which raises :class:`KeyboardInterrupt` as
    usual), with ``break``, with :meth:`stop`, or when ``b`` is closed. Several
    threads may read; each event goes to one of them.
    """

    __slots__ = ("_pending", "_reader", "_stops")

    _reader: _native.EventReader
    _pending: deque[Any]
    _stops: int

    def __iter__(self) -> Iterator[Any]:
        return self.iter()

    def iter(self, timeout: float | None = None) -> Iterator[Any]:
        """Events as they come.

        Args:
            timeout: seconds to wait for the next event before the iteration ends;
                by default it waits for ever.
        """
        self._reader.open()
        return self._iterate(timeout, self._stops)

    def _iterate(self, timeout: float | None, stops: int) -> Iterator[Any]:
        while self._stops == stops:
            deadline = None if timeout is None else time.monotonic() + timeout
            if not self._wait(deadline, stops):
                return
            while self._pending and self._stops == stops:
                try:
                    event = self._pending.popleft()
                except IndexError:  # another thread was faster
                    break
                yield event

    def poll(self, callback: Callable[[Any], object], timeout: float | None = None) -> int:
        """Waits for events and calls back for each one that has come.

        Args:
            callback: called with the event.
            timeout: seconds to wait at most; 0 only takes what is there, and by default
                it waits until something comes.

        Returns:
            How many events were handed over.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        count = 0
        self._reader.open()
        if self._wait(deadline, self._stops):
            while self._pending:
                try:
                    event = self._pending.popleft()
                except IndexError:  # another thread was faster
                    break
                count += 1
                callback(event)
        return count

    def drain(self) -> list[Any]:
        """All events that are there now."""
        events: list[Any] = []
        while self.poll(events.append, timeout=0):
            pass
        return events

    def stop(self) -> None:
        """Ends all iterations that have begun, in whatever thread; a later one waits again."""
        self._stops += 1

    @property
    def lost(self) -> int | None:
        """How many events did not fit the buffer, so that nobody will read them.

        Programs that were compiled here count them, exactly and at once. For objects of
        another compiler it is what the kernel tells: nothing (``None``) of a ring buffer,
        and of a perf buffer the losses that were read past.
        """
        return self._reader.lost

    def _wait(self, deadline: float | None, stops: int) -> bool:
        """Whether there are events; waits until the deadline in steps, so that `stop` is seen."""
        while not self._pending:
            step = _STEP if deadline is None else min(_STEP, max(0.0, deadline - time.monotonic()))
            events = self._reader.poll(step)
            if events is None:
                return False
            self._pending.extend(events)
            late = deadline is not None and time.monotonic() >= deadline
            if not self._pending and (late or self._stops != stops):
                return False
        return True


_STEP = 0.2


def open_map(owner: _native.Object, name: str) -> BpfMap:
    """The wrapper that fits the map's type."""
    native = owner.map(name)
    if not native.carries_events:
        if native.type in ("hash", "array", "lru_hash"):
            return _new(Table, native)
        from pythonbpf._map_kinds import wrap

        return wrap(native)
    from collections import deque

    events = _new(Events, native)
    events._reader = owner.events(name)  # pyright: ignore[reportPrivateUsage]
    events._pending = deque()  # pyright: ignore[reportPrivateUsage]
    events._stops = 0  # pyright: ignore[reportPrivateUsage]
    return events


def _new(cls: type[_M], native: _native.Map) -> _M:
    made = object.__new__(cls)
    made._native = native  # pyright: ignore[reportPrivateUsage]
    return made
