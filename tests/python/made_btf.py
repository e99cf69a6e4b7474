"""BTF made by hand, by the layout of the kernel's ``include/uapi/linux/btf.h``."""

from __future__ import annotations

import struct

INT, PTR, STRUCT, ENUM = 1, 2, 4, 6


class Types:
    """Types in the order in which they are added; each call gives the type's number."""

    def __init__(self) -> None:
        self._strings = bytearray(b"\0")
        self._types: list[bytes] = []

    def _name(self, text: str) -> int:
        # Each text once, as every tool that makes BTF has it.
        whole = b"\0" + text.encode() + b"\0"
        if whole not in self._strings:
            self._strings.extend(whole[1:])
        return self._strings.index(whole) + 1 if text else 0

    def _add(self, name: str, kind: int, count: int, size: int, tail: bytes = b"") -> int:
        self._types.append(struct.pack("<III", self._name(name), kind << 24 | count, size) + tail)
        return len(self._types)

    def integer(self, name: str, size: int, *, signed: bool = False) -> int:
        """An integer of so many bytes."""
        return self._add(name, INT, 0, size, struct.pack("<I", signed << 24 | size * 8))

    def pointer(self, to: int) -> int:
        """A pointer to a type, which may come later."""
        return self._add("", PTR, 0, to)

    def struct(self, name: str, size: int, members: dict[str, tuple[int, int]]) -> int:
        """A struct of so many bytes; members with their types and offsets in bytes."""
        ordered = sorted(members.items(), key=lambda item: item[1][1])
        tail = b"".join(
            struct.pack("<III", self._name(member), ty, at * 8) for member, (ty, at) in ordered
        )
        return self._add(name, STRUCT, len(members), size, tail)

    def enum(self, name: str, values: dict[str, int]) -> int:
        """An enum of 4 bytes."""
        tail = b"".join(struct.pack("<Ii", self._name(of), value) for of, value in values.items())
        return self._add(name, ENUM, len(values), 4, tail)

    def raw(self) -> bytes:
        """All of them as a file has them."""
        types, strings = b"".join(self._types), bytes(self._strings)
        head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings))
        return head + types + strings
