"""Ring buffers and perf event arrays, as streams of events."""

from __future__ import annotations

from pythonbpf._maps import BpfMap, new
from pythonbpf._values import field_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping
    from typing import Any, Generic, Literal, TypeVar, overload

    import numpy

    from pythonbpf import _native

    _E = TypeVar("_E")
else:
    _E = None
    Generic = {None: object}


class Events(BpfMap, Generic[_E]):
    """A ring buffer or perf event array, as a stream of events.

    Events are struct values with the fields that the program declares, or
    integers, or ``bytes`` where the object does not say what they are::

        for event in b["events"]:
            print(event.pid, event.comm)

    The loop ends with Ctrl-C (which raises :class:`KeyboardInterrupt` as
    usual), with ``break``, with :meth:`stop`, or when ``b`` is closed. Several
    threads may read; each event goes to one of them. ``async for`` does the
    same under :mod:`asyncio` and lets other tasks run meanwhile.

    For type checkers it is generic: ``events: Events[Event] = b["events"]``, or
    ``b.events(Event)``, where ``Event`` derives from :class:`~pythonbpf.Struct`.
    """

    __slots__ = ("_dtypes", "_owner", "_reader")

    _owner: _native.Object
    _reader: _native.EventReader
    _dtypes: list[Any] | None

    @classmethod
    def _over(cls, owner: _native.Object, native: _native.Map, reader: _native.EventReader) -> Any:
        """The events that a reader gives of a map."""
        made = new(cls, native)
        made._owner, made._reader, made._dtypes = owner, reader, None
        return made

    def __class_getitem__(cls, event: object) -> type[Any]:
        return cls

    def of(self, *structs: str) -> Events[Any]:
        """The same buffer with its events taken for these structs, whatever the object says.

        For objects of other compilers, which do not say it::

            for event in BPF.from_object("prog.o")["rb"].of("event"):
                print(event.pid)

        Events are told apart by their length; one that is as long as none of the structs is
        ``bytes``. Both streams read the same buffer, and each event goes to one of them.

        Args:
            structs: names of structs as they are in the object's BTF, where a compiler puts
                those that a global variable is or points to.

        Raises:
            UnknownNameError: the object has no such struct; the message lists near ones.
            ValueError: two of them are of the same size.
        """
        if not structs:
            raise TypeError("of() takes the name of a struct, or several")
        for name in structs:
            if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"of() takes names of structs, not {type(name).__name__}")
        return Events._over(self._owner, self._native, self._owner.events_of(self.name, structs))

    def __iter__(self) -> Iterator[_E]:
        return self.iter()

    def iter(self, timeout: float | None = None) -> Iterator[_E]:
        """Events as they come.

        Args:
            timeout: seconds to wait for the next event before the iteration ends;
                by default it waits for ever.
        """
        reader = self._reader
        reader.open()
        return reader.iterate(timeout, reader.stops)

    def __aiter__(self) -> AsyncIterator[_E]:
        from pythonbpf._async import Following

        self._reader.open()
        return Following(self._reader)

    def poll(self, callback: Callable[[_E], object], timeout: float | None = None) -> int:
        """Waits for events and calls back for each one that has come.

        Args:
            callback: called with the event.
            timeout: seconds to wait at most; 0 only takes what is there, and by default
                it waits until something comes.

        Returns:
            How many events were handed over.
        """
        self._reader.open()
        return self._reader.poll(callback, timeout)

    if TYPE_CHECKING:

        @overload
        def drain(self, *, tuples: Literal[False] = False) -> list[_E]: ...

        @overload
        def drain(self, *, tuples: bool) -> list[Any]: ...

    def drain(self, *, tuples: bool = False) -> list[Any]:
        """All events that are there at the call; those that come meanwhile wait for the next one.

        Where one cannot be made, as when its class raises, those before it are given, and
        the next call raises. Ctrl-C comes at once, and all events are still there then.

        Args:
            tuples: plain tuples of the fields in place of struct values, which is faster.
        """
        return self._reader.drain(tuples)

    def batches(self, timeout: float | None = None) -> Iterator[numpy.ndarray[Any, Any]]:
        """Events as they come, many at a time: NumPy arrays without a Python object for each.

        ::

            for batch in b["events"].batches():
                total += batch["bytes"].sum()

        Each array has the events that were there, with the struct's fields; ``str(N)`` fields
        are NumPy's ``S``. Where a buffer carries several types of events, the arrays take
        turns and each is of one type: in ``batch.dtype.names`` are its fields.

        Args:
            timeout: seconds to wait for the next events before the iteration ends;
                by default it waits for ever.

        Raises:
            ImportError: NumPy is not installed.
        """
        from pythonbpf import _arrays

        reader = self._reader
        reader.open()
        if self._dtypes is None:
            self._dtypes = [_arrays.Form(layout) for layout in reader.layouts()]
        return _arrays.batches(reader, self._dtypes, timeout)

    def stop(self) -> None:
        """Ends all iterations that have begun, in whatever thread; a later one waits again."""
        self._reader.stop()

    def _repr_html_(self) -> str:
        from pythonbpf._pictures import facts_html

        kinds = [field_name for kind in self._reader.structs() if kind for field_name in [kind[0]]]
        return facts_html(self, {"events": ", ".join(kinds) or "bytes", "lost": self.lost})

    @property
    def lost(self) -> int | None:
        """How many events did not fit the buffer, so that nobody will read them.

        Programs that were compiled here count them, exactly and at once. For objects of
        another compiler it is what the kernel tells: nothing (``None``) of a ring buffer,
        and of a perf buffer the losses that were read past.
        """
        return self._reader.lost


def carrier(maps: Mapping[str, Any], event: type[_E]) -> Events[_E]:
    """The one buffer of events of this class alone."""
    if not isinstance(event, type):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{event!r} is no struct class")
    wanted = event.__name__, field_names(event)
    buffers = {name: found for name, found in maps.items() if found._native.carries_events}
    kinds = {name: found._reader.structs() for name, found in buffers.items()}
    carriers = [name for name in buffers if wanted in kinds[name]]
    if len(carriers) == 1 and len(kinds[carriers[0]]) == 1:
        return buffers[carriers[0]]
    if len(carriers) > 1:
        why = f"several carry it: take one by name, b[{carriers[0]!r}]"
    elif carriers:
        why = f"{carriers[0]!r} carries other events, too: take it by name, b[{carriers[0]!r}]"
    else:
        told = "; ".join(f"{name!r}: {_carried(kinds[name])}" for name in buffers)
        why = f"what the buffers carry is {told}" if told else "this object has no buffers"
    raise TypeError(f"no buffer is for {event.__name__} alone: {why}")


def _carried(kinds: list[tuple[str, tuple[str, ...]] | None]) -> str:
    names = [f"{kind[0]}({', '.join(kind[1])})" if kind else "plain values" for kind in kinds]
    return " and ".join(names) or "not known"
