"""Stack traces of a loaded object, as addresses, functions and flame graphs."""

from __future__ import annotations

from pythonbpf import _native
from pythonbpf._maps import AnyTable
from pythonbpf._values import FIELDS, field_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pythonbpf._records import Frame

    Symbols = dict[int, list[tuple[Any, ...]]]

_MISSED = "[missed]"
"""Stands for a stack that the kernel did not keep."""
_NO_STACK = -14
"""``-EFAULT``: there was none, such as a kernel thread's in user space."""


class Stacks(AnyTable):
    """Stack traces by number: each is a list of addresses, innermost first."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> list[int]:
        return _addresses(super().__getitem__(key))

    def items(self) -> Any:
        """Pairs of number and addresses."""
        return [(key, _addresses(trace)) for key, trace in self._native.items()]

    def values(self) -> Any:
        """The lists of addresses."""
        return [trace for _, trace in self.items()]

    def _removed(self, key: Any) -> Any:
        trace = super()._removed(key)
        return None if trace is None else _addresses(trace)

    def _removed_any(self) -> Any:
        entry = super()._removed_any()
        return None if entry is None else (entry[0], _addresses(entry[1]))

    def symbolize(self, stack: Any, pid: int | None = None) -> list[Frame]:
        """The functions of a stack, the innermost first.

        Args:
            stack: its number, or a list of addresses.
            pid: the process that addresses of user space are from; it must still live.

        Raises:
            KeyError: there is no such stack.
            NoSuchHookError: there is no such process.
        """
        from pythonbpf._records import Frame

        trace: list[int] = stack if issubclass(type(stack), list) else self[stack]
        found = _native.symbolize(trace, pid)
        return [Frame(*frame) for frames in found for frame in frames]

    def folded(self, counts: Any, pid: int | None = None) -> str:
        """Stacks as flame graph tools take them: a line of functions for each, and its count.

        The keys of ``counts`` are numbers of stacks, or structs with such numbers in fields that
        are called ``stack``, or ``user`` and ``kernel``, or begin so (``kernel_stack_id``,
        ``kstack`` and ``ustack`` as well). Of a struct the user's functions come before the
        kernel's; its first text, such as a ``comm``, comes before both, and its ``pid`` or
        ``tgid`` is the process.

        A number that stands for an error, and a stack that is not there any more, are
        ``[missed]``, so that the counts add up. Addresses of processes that have ended are numbers.

        Args:
            counts: how often each stack was seen, by its number: a map or a dictionary.
            pid: the process that addresses of user space are from, where the keys do not say.

        Raises:
            TypeError: the keys are neither numbers nor structs with them.
            NoSuchHookError: there is no process ``pid``.
        """
        seen = [(_Seen.of(key, self), count) for key, count in dict(counts).items()]
        symbols = {
            process: self._symbols((one for one, _ in seen if one.process == process), process, pid)
            for process in {one.process for one, _ in seen}
        }
        lines: dict[str, int] = {}
        for one, count in seen:
            line = one.line(symbols[one.process])
            lines[line] = lines.get(line, 0) + (sum(count) if isinstance(count, list) else count)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return "\n".join(f"{line} {count}" for line, count in sorted(lines.items()))

    def _symbols(self, seen: Iterable[_Seen], process: int | None, pid: int | None) -> Symbols:
        """The functions of all addresses of one process."""
        from pythonbpf.errors import NoSuchHookError

        addresses = sorted({address for one in seen for trace in one.traces for address in trace})
        try:
            found = _native.symbolize(addresses, pid if process is None else process)
        except NoSuchHookError:
            if process is None:
                raise
            found = _native.symbolize(addresses, None)  # it has ended meanwhile
        return dict(zip(addresses, found, strict=True))


class _Seen:
    """What a key of counts says: the process, a name, and stacks from the outermost on."""

    __slots__ = ("missed", "name", "process", "traces")

    def __init__(self, stacks: Stacks, numbers: list[int], name: str, process: int | None) -> None:
        self.process = process
        self.name = name
        self.missed = False
        self.traces: list[list[int]] = []
        for number in numbers:
            if number == _NO_STACK:
                continue
            trace = None if number < 0 else stacks.get(number)
            self.missed = self.missed or trace is None
            self.traces.append(trace or [])

    @classmethod
    def of(cls, key: Any, stacks: Stacks) -> _Seen:
        if isinstance(key, int):
            return cls(stacks, [_signed(key)], "", None)
        fields = (
            {name: getattr(key, name) for name in field_names(key)} if hasattr(key, FIELDS) else {}
        )
        kinds = {name: kind for name in fields if (kind := _kind(name)) is not None}
        found = sorted(
            (kind, _signed(fields[name]))
            for name, kind in kinds.items()
            if isinstance(fields[name], int)
        )
        if not found:
            raise TypeError(
                f"folded() takes counts by the number of a stack, or by structs with fields that "
                f"are called stack, user or kernel, not by {key!r}"
            )
        texts = [value for value in fields.values() if isinstance(value, str)]
        process = fields.get("tgid", fields.get("pid"))
        return cls(
            stacks,
            [number for _, number in found],
            texts[0] if texts else "",
            process if isinstance(process, int) else None,
        )

    def line(self, symbols: Symbols) -> str:
        names = [self.name] if self.name else []
        shown = len(names)
        for trace in self.traces:
            if not trace:
                names.append(_MISSED)
                continue
            frames = [frame for address in trace for frame in symbols[address]]
            names += [frame[0] or f"{frame[5]:#x}" for frame in reversed(frames)]
        if len(names) == shown:
            names.append(_MISSED)
        return ";".join(name.replace(";", ":") for name in names)


def _kind(name: str) -> int | None:
    """Which stack the number in a field is of, in the order of a line: the user's comes first."""
    name = name.lower()
    if name.startswith(("user", "ustack", "u_stack")):
        return 0
    if name.startswith("stack"):
        return 1
    return 2 if name.startswith(("kern", "kstack", "k_stack")) else None


def _signed(number: int) -> int:
    """Errors are negative, whatever the type that they were stored in."""
    for bits in (32, 64):
        if 1 << (bits - 1) <= number < 1 << bits:
            return number - (1 << bits)
    return number


def _addresses(trace: list[int]) -> list[int]:
    """The addresses of a trace, without the room behind them."""
    return trace[: trace.index(0)] if 0 in trace else trace
