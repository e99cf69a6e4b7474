"""Contexts of test runs: fields by name to bytes, and back."""

from __future__ import annotations

# What `collections.abc` hands on; that module imports all of `collections`.
from _collections_abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _collections_abc import Sequence

    Layout = tuple[list[tuple[str, int, int]], str | None]


def as_bytes(
    layout: Layout, ctx: bytes | Mapping[str, int] | Sequence[int], data: bytes | None
) -> bytes:
    """The context as the kernel reads it: of a mapping, of integers, or of bytes.

    The end of the packet, which must be right, need not be said.
    """
    if isinstance(ctx, Mapping):
        fields, data_end = layout
        if not fields:
            raise ValueError("this kind of program has no context with fields: give its bytes")
        values: dict[str, int] = {**ctx}
        if data_end is not None and data is not None:
            values.setdefault(data_end, len(data))
        return _packed(fields, values)
    if isinstance(ctx, (list, tuple, range)):
        return b"".join((word % (1 << 64)).to_bytes(8, "little") for word in ctx)
    return bytes(ctx)


def _packed(fields: list[tuple[str, int, int]], values: Mapping[str, int]) -> bytes:
    places = {name: (offset, size) for name, offset, size in fields}
    packed = bytearray(max(offset + size for offset, size in places.values()))
    for name, value in values.items():
        if name not in places:
            import difflib

            near = difflib.get_close_matches(name, places, n=3) or sorted(places)
            raise ValueError(f"the context has no field `{name}`; there is {', '.join(near)}")
        offset, size = places[name]
        if not -(1 << (8 * size - 1)) <= value < 1 << (8 * size):
            raise ValueError(f"{name}: {value} does not fit {8 * size} bits")
        packed[offset : offset + size] = (value % (1 << 8 * size)).to_bytes(size, "little")
    return bytes(packed)


def as_fields(layout: Layout, left: bytes) -> dict[str, int]:
    """What the kernel gave back, by field."""
    return {
        name: int.from_bytes(left[offset : offset + size], "little")
        for name, offset, size in layout[0]
        if offset + size <= len(left)
    }
