"""Contexts of test runs: fields by name to bytes, and back."""

from __future__ import annotations

# What `collections.abc` hands on; that module imports all of `collections`.
from _collections_abc import Mapping
from operator import index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _collections_abc import Sequence
    from typing import Any

    Layout = tuple[list[tuple[str, int, int, int]], str | None]

_WORD = 8


def as_data(data: Any) -> bytes | None:
    """The packet; what is no bytes is refused, and numbers are not taken for so many zeros."""
    if isinstance(data, (list, tuple, range)):
        return bytes(data)  # pyright: ignore[reportUnknownArgumentType]
    return None if data is None else _buffer(data, "data is the packet's bytes")


def as_repeat(repeat: Any) -> int:
    """How often a program runs."""
    try:
        count = index(repeat)
    except TypeError:
        raise TypeError(f"repeat is an integer, not {type(repeat).__name__}") from None
    if not 0 <= count < 1 << 31:
        raise ValueError(f"repeat is from 1 to {(1 << 31) - 1}, not {count}")
    return count


def as_bytes(
    layout: Layout, ctx: bytes | Mapping[str, Any] | Sequence[int], data: bytes | None
) -> bytes:
    """The context as the kernel reads it: of a mapping, of integers, or of bytes.

    The end of the packet, which must be right, need not be said.
    """
    if isinstance(ctx, Mapping):
        fields, data_end = layout
        if not fields:
            raise ValueError("this kind of program has no context with fields: give its bytes")
        values: dict[str, Any] = {**ctx}
        if data_end is not None and data is not None:
            values.setdefault(data_end, len(data))
        return _packed(fields, values)
    if isinstance(ctx, (list, tuple, range)):
        return b"".join(_number(word, _WORD, f"ctx[{place}]") for place, word in enumerate(ctx))
    return _buffer(ctx, "ctx is a dictionary of fields, a list of integers, or bytes")


def _buffer(given: Any, wanted: str) -> bytes:
    try:
        return bytes(memoryview(given))
    except TypeError:
        raise TypeError(f"{wanted}, not {type(given).__name__}") from None


def _number(value: Any, size: int, name: str) -> bytes:
    """An integer, signed or not, in so many bytes."""
    try:
        number = index(value)
    except TypeError:
        raise TypeError(f"{name} is an integer, not {type(value).__name__}") from None
    if not -(1 << (8 * size - 1)) <= number < 1 << (8 * size):
        raise OverflowError(f"{name}: {number} does not fit {8 * size} bits")
    return (number % (1 << 8 * size)).to_bytes(size, "little")


def _packed(fields: list[tuple[str, int, int, int]], values: Mapping[str, Any]) -> bytes:
    places = {name: place for name, *place in fields}
    packed = bytearray(max(offset + size * (count or 1) for offset, size, count in places.values()))
    for name, value in values.items():
        if name not in places:
            import difflib

            near = difflib.get_close_matches(str(name), places, n=3) or sorted(places)
            raise ValueError(f"the context has no field `{name}`; there is {', '.join(near)}")
        offset, size, count = places[name]
        made = _array(value, size, count, name) if count else _number(value, size, name)
        packed[offset : offset + len(made)] = made
    return bytes(packed)


def _array(value: Any, size: int, count: int, name: str) -> bytes:
    if not isinstance(value, (list, tuple, range)):
        raise TypeError(f"{name} is a list of {count} integers, not {type(value).__name__}")
    items: list[Any] = list(value)  # pyright: ignore[reportUnknownArgumentType]
    if len(items) != count:
        raise ValueError(f"{name} is a list of {count} integers, not of {len(items)}")
    return b"".join(_number(item, size, f"{name}[{place}]") for place, item in enumerate(items))


def as_fields(layout: Layout, left: bytes) -> dict[str, Any]:
    """What the kernel gave back, by field."""

    def number(offset: int, size: int) -> int:
        return int.from_bytes(left[offset : offset + size], "little")

    return {
        name: [number(offset + size * place, size) for place in range(count)]
        if count
        else number(offset, size)
        for name, offset, size, count in layout[0]
        if offset + size * (count or 1) <= len(left)
    }
