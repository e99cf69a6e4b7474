"""Maps and events as NumPy arrays.

The extension module hands over bytes and what they mean; here it becomes a
structured ``dtype`` and an array over these very bytes. NumPy is an optional
dependency, imported when the first array is asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pythonbpf import _native

try:
    import numpy
except ImportError as error:
    raise ImportError(
        "arrays need NumPy, which is not installed: pip install 'pythonbpf[numpy]'", name="numpy"
    ) from error


class Form:
    """The ``dtype`` of a layout, and how bytes become an array of it."""

    def __init__(self, layout: tuple[Any, ...]) -> None:
        self._layout = layout
        self.dtype = numpy.dtype(_dtype(layout))
        """What users see."""
        self._stored = numpy.dtype(_stored(layout)) if _has_bits(layout) else self.dtype

    def array(self, data: bytearray) -> numpy.ndarray[Any, Any]:
        """The array over these bytes; a copy only where there are bit-fields."""
        stored = numpy.frombuffer(data, self._stored)
        if self._stored is self.dtype:
            return stored
        made = numpy.zeros(stored.shape, self.dtype)
        _spread(self._layout, stored, made)
        return made


def batches(
    reader: _native.EventReader, forms: list[Form], timeout: float | None
) -> Iterator[numpy.ndarray[Any, Any]]:
    """Arrays of events until none comes within the time, or the reader is stopped."""
    stops = reader.stops
    while (columns := reader.batch(timeout, stops)) is not None:
        for number, stride, data in columns:
            if number is not None:
                yield forms[number].array(data)
            elif stride:
                yield numpy.frombuffer(data, numpy.dtype((numpy.void, stride)))


def of_table(native: _native.Map) -> numpy.ndarray[Any, Any]:
    """All entries of a map, ``key`` and ``value``."""
    key, value, cpus, stride = native.row()
    row = _row(key, value, cpus, stride)
    stored = Form(row).array(native.rows())
    if cpus is None:
        return stored
    form = [("key", _dtype(key)), ("value", _dtype(("array", value, cpus)))]
    made = numpy.empty(stored.shape, form)
    made["key"] = stored["key"]
    made["value"] = stored["value"][_CPU]
    return made


def of_array(native: _native.Map) -> numpy.ndarray[Any, Any]:
    """All values of an array by index."""
    key, value, cpus, stride = native.row()
    stored = Form(_row(key, value, cpus, stride)).array(native.rows())["value"]
    return stored if cpus is None else stored[_CPU]


_CPU = "cpu"


def _row(key: Any, value: Any, cpus: int | None, stride: int) -> tuple[Any, ...]:
    """The struct that a row of a map is; values of CPUs have room between them."""
    begin = _size(key)
    size = begin + (_size(value) if cpus is None else cpus * stride)
    if cpus is not None:
        value = ("array", ("struct", stride, [(_CPU, 0, None, value)]), cpus)
    return "struct", size, [("key", 0, None, key), ("value", 8 * begin, None, value)]


def _size(layout: tuple[Any, ...]) -> int:
    return _size(layout[1]) * layout[2] if layout[0] == "array" else layout[1]


def _dtype(layout: tuple[Any, ...]) -> Any:
    """What ``numpy.dtype`` takes; a bit-field is a number of its declared type."""
    match layout:
        case ("u" | "i" | "f" as kind, size) if size <= 8:
            return f"<{kind}{size}"
        case ("bool", 1):
            return "?"
        case ("bool", size):
            return f"<u{size}"
        case ("str", size):
            return f"S{size}"
        case ("array", element, length):
            return _dtype(element), (length,)
        case ("struct", size, fields):
            return _record(size, fields, bits=False)
        case _:
            return f"V{layout[1]}"


def _record(size: int, fields: list[Any], *, bits: bool) -> Any:
    """A struct; with ``bits`` as it is stored, else with room for each bit-field."""
    if not bits and _has_bits(("struct", size, fields)):
        return [(name, _dtype(layout)) for name, _, _, layout in fields]
    kept = [field for field in fields if field[2] is None]
    form = _stored if bits else _dtype
    return {
        "names": [name for name, _, _, _ in kept],
        "formats": [form(layout) for _, _, _, layout in kept],
        "offsets": [offset // 8 for _, offset, _, _ in kept],
        "itemsize": size,
    }


def _has_bits(layout: tuple[Any, ...]) -> bool:
    match layout:
        case ("array", element, _):
            return _has_bits(element)
        case ("struct", _, fields):
            return any(width is not None or _has_bits(inner) for _, _, width, inner in fields)
        case _:
            return False


def _stored(layout: tuple[Any, ...]) -> Any:
    """The type of the bytes: a struct with bit-fields has them in a member of its own."""
    match layout:
        case ("array", element, length):
            return _stored(element), (length,)
        case ("struct", size, fields) if _has_bits(layout):
            record = _record(size, fields, bits=True)
            record["names"].append(_BYTES)
            record["formats"].append(("u1", (size,)))
            record["offsets"].append(0)
            return record
        case _:
            return _dtype(layout)


_BYTES = "\0bytes"
"""A member of no struct: C has no such name."""


def _spread(layout: tuple[Any, ...], stored: Any, made: Any) -> None:
    """Fills the fields of ``made`` from the bytes of ``stored``."""
    match layout:
        case ("array", element, _) if _has_bits(element):
            _spread(element, stored, made)
        case ("struct", _, fields):
            for name, offset, width, inner in fields:
                if width is not None:
                    made[name] = _bits(stored[_BYTES], offset, width, inner)
                elif _has_bits(inner):
                    _spread(inner, stored[name], made[name])
                else:
                    made[name] = stored[name]
        case _:
            made[...] = stored


def _bits(data: Any, offset: int, width: int, layout: tuple[Any, ...]) -> Any:
    """The bit-field of all records at once."""
    first, shift = divmod(offset, 8)
    value = numpy.zeros(data.shape[:-1], numpy.uint64)
    for index in range((shift + width + 7) // 8):
        place = 8 * index - shift
        byte = data[..., first + index].astype(numpy.uint64)
        value |= byte << numpy.uint64(place) if place >= 0 else byte >> numpy.uint64(-place)
    value &= numpy.uint64((1 << width) - 1)
    if layout[0] == "i":
        unused = numpy.uint64(64 - width)
        return (value << unused).astype(numpy.int64) >> numpy.int64(64 - width)
    return value
