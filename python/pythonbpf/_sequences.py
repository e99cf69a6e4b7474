"""Arrays of a loaded object: sequences of a fixed length."""

from __future__ import annotations

# What `collections.abc` hands on; that module imports all of `collections`.
from _collections_abc import Sequence

from pythonbpf._maps import BpfMap, arrays, summed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    import numpy

    _AnySequence = Sequence[Any]
else:
    _AnySequence = Sequence


class Array(BpfMap, _AnySequence):
    """An array, as a sequence of ``max_entries`` values.

    Indices may count from the end, slices give and take lists, and iteration goes over the
    values. All entries exist from the start: nothing can be added or removed.
    ``items()`` gives pairs of index and value, ``dict(array)`` a dictionary of them.
    """

    __slots__ = ()

    def _index(self, index: Any) -> int:
        if not hasattr(index, "__index__"):
            raise TypeError(
                f"indices of {self.name!r} are integers or slices, not {type(index).__name__}"
            )
        number = index.__index__()
        length = self.max_entries
        if not -length <= number < length:
            raise IndexError(f"{self.name!r} has {length} entries: there is none at {number}")
        return number % length

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self.values()[index]  # pyright: ignore[reportUnknownVariableType]
        return self._native.lookup(self._index(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        if not isinstance(index, slice):
            self._native.update(self._index(index), value)
            return
        places = range(self.max_entries)[index]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        values = list(value)
        if len(values) != len(places):
            raise ValueError(
                f"{self.name!r} has a fixed length: {len(values)} values do not fill "
                f"{len(places)} places"
            )
        self._native.update_all(zip(places, values, strict=True))

    def __len__(self) -> int:
        return self.max_entries

    def __iter__(self) -> Iterator[Any]:
        return iter(self._native.values())

    def __reversed__(self) -> Iterator[Any]:
        return reversed(self._native.values())

    def keys(self) -> range:
        """The indices."""
        return range(self.max_entries)

    def values(self) -> list[Any]:
        """The values, read in one pass."""
        return self._native.values()

    def items(self) -> list[tuple[int, Any]]:
        """Pairs of index and value, read in one pass."""
        return self._native.items()

    def get(self, index: int, default: Any = None) -> Any:
        """The value at an index, or the default where there is none."""
        try:
            return self[index]
        except IndexError:
            return default

    def update(self, values: Any) -> None:
        """Stores many values at once: a dictionary by index, or pairs of index and value."""
        pairs: Iterable[Any] = values.items() if hasattr(values, "items") else values
        self._native.update_all((self._index(index), value) for index, value in pairs)

    def clear(self) -> None:
        """Sets all values to zero."""
        self._native.clear()

    def to_numpy(self) -> numpy.ndarray[Any, Any]:
        """All values as an array; of a per-CPU array in two dimensions, index and CPU.

        Raises:
            ImportError: NumPy is not installed.
        """
        return arrays().of_array(self._native)

    def _repr_html_(self) -> str:
        from pythonbpf._pictures import table_html

        return table_html(self)

    def plot(self, axes: Any = None, **options: Any) -> Any:
        """Bars of the values by index, on matplotlib axes, which are given back.

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


class PerCpuArray(Array):
    """An array whose values are lists, with one value for each possible CPU."""

    __slots__ = ()

    def sum(self, index: int) -> Any:
        """The sum of all CPUs' values; of structs, of each field.

        Raises:
            TypeError: the values are no numbers.
        """
        return summed(self.name, self[index])

    def sums(self) -> list[Any]:
        """The sums of all entries."""
        return [summed(self.name, values) for values in self]
