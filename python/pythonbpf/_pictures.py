"""Maps as pictures: histograms in text, tables for notebooks, plots."""

from __future__ import annotations

from pythonbpf import _native
from pythonbpf._values import FIELDS, field_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Literal

_BAR = 40


def hist(
    counts: Any, unit: str = "value", *, scale: Literal["bits", "log2"] = "bits", width: int = _BAR
) -> str:
    """A histogram of powers of two as text, to be printed.

    ::

        print(hist(b["latency"], "usecs"))

    Args:
        counts: an array or map of counts by bucket, or a dictionary or list of them. Values of
            all CPUs are added up. Where keys are structs or tuples, the last field is the bucket
            and each combination of the others has a histogram of its own.
        unit: what the values are, as head of the column.
        scale: with ``bits`` bucket n counts values of n bits (0, 1, 2 to 3, 4 to 7, …), as BCC's
            log2 histograms do; with ``log2`` it counts values from 2**n on.
        width: characters of the longest bar.

    Raises:
        TypeError: keys or counts are no integers.
        ValueError: a bucket or count is negative, no number of 64 bits is in such a bucket, or
            there is no such scale.
    """
    if scale not in ("bits", "log2"):
        raise ValueError(f"the scale is 'bits' or 'log2', not {scale!r}")
    return _drawn(counts, unit, scale, 1, width)


def linear_hist(counts: Any, unit: str = "value", *, step: int = 1, width: int = _BAR) -> str:
    """A histogram of equal buckets as text, to be printed.

    Args:
        counts: as for :func:`hist`.
        unit: what the values are, as head of the column.
        step: how many values a bucket counts: bucket n begins at ``n * step``.
        width: characters of the longest bar.

    Raises:
        TypeError: keys or counts are no integers.
        ValueError: a bucket or count is negative.
    """
    if step < 1:
        raise ValueError("a bucket counts at least one value: step is 1 or more")
    return _drawn(counts, unit, "linear", step, width)


def _drawn(counts: Any, unit: str, scale: str, step: int, width: int) -> str:
    last = {"bits": 64, "log2": 63}.get(scale, ((1 << 64) - 1) // step)
    sections = _sections(counts, last)
    drawn = {
        head: _native.histogram(rows, unit, scale, step, max(width, 1))
        for head, rows in sections.items()
    }
    if set(sections) <= {()}:
        return drawn.get((), "").rstrip("\n")
    parts = [f"{', '.join(map(str, head))}:\n{text}" for head, text in drawn.items() if text]
    return "\n".join(parts).rstrip("\n")


def _sections(counts: Any, last: int) -> dict[tuple[Any, ...], list[tuple[int, int]]]:
    """The counts of each histogram, by what stands before the bucket in the keys."""
    from operator import index

    table: Any = counts if hasattr(counts, "items") else _numbered(counts)
    found: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
    for key, value in table.items():
        compound = issubclass(type(key), tuple) or hasattr(key, FIELDS)
        parts: tuple[Any, ...] = tuple(key) if compound else (key,)
        try:
            bucket, count = index(parts[-1] if parts else key), _counted(value)
        except TypeError:
            raise TypeError(
                f"a histogram counts integers in numbered buckets, not {value!r} in {key!r}"
            ) from None
        if bucket < 0 or count < 0:
            raise ValueError(f"a histogram has no negative buckets or counts: {count} in {bucket}")
        if bucket > last:
            raise ValueError(
                f"there is no bucket {bucket}: the last one is {last}; a histogram takes counts by "
                "bucket, and no values that are still to be counted"
            )
        found.setdefault(parts[:-1], []).append((bucket, count))
    return found


def _counted(value: Any) -> int:
    """A count, or the sum of those of all CPUs; NumPy's numbers are counts, too."""
    from operator import index

    return sum(map(index, value)) if hasattr(value, "__iter__") else index(value)


def _numbered(counts: Iterable[Any]) -> dict[int, Any]:
    return dict(enumerate(counts))


# --- notebooks --------------------------------------------------------------------------------

_ROWS = 50
"""How many entries a notebook shows."""


def table_html(table: Any) -> str:
    """The first entries of a map as an HTML table, with a column for each field."""
    rows = [[*_cells(key, "key"), *_cells(value, "value")] for key, value in _first(table)]
    names = [name for name, _ in rows[0]] if rows else ["key", "value"]
    body = "".join(_row("td", [cell for _, cell in row]) for row in rows)
    length = len(table)
    more = f"<p>{length - _ROWS} more entries</p>" if length > _ROWS else ""
    title = f"<caption>{_safe(repr(table))}</caption>"
    return f"<table>{title}<thead>{_row('th', names)}</thead><tbody>{body}</tbody></table>{more}"


def facts_html(of: Any, more: dict[str, Any]) -> str:
    """A map whose contents would be gone once they were shown, as an HTML table of facts."""
    facts = {"type": of.type, "max_entries": of.max_entries, **more}
    title = f"<caption>{_safe(repr(of))}</caption>"
    head, body = _row("th", facts), _row("td", facts.values())
    return f"<table>{title}<thead>{head}</thead><tbody>{body}</tbody></table>"


def value_html(value: Any) -> str:
    """A struct value as an HTML table of its fields."""
    head = f"<caption>{_safe(type(value).__name__)}</caption>"
    names = list(field_names(value))
    cells = [getattr(value, name) for name in names]
    return (
        f"<table>{head}<thead>{_row('th', names)}</thead><tbody>{_row('td', cells)}</tbody></table>"
    )


def _first(table: Any) -> list[tuple[Any, Any]]:
    from itertools import islice

    return list(islice(iter(table.items()), _ROWS))


def _cells(value: Any, name: str) -> list[tuple[str, Any]]:
    if hasattr(value, FIELDS):
        return [(f"{name}.{field}", getattr(value, field)) for field in field_names(value)]
    return [(name, value)]


def _row(tag: str, cells: Iterable[Any]) -> str:
    made = (
        f"<{tag}>{_safe(cell if isinstance(cell, str) else repr(cell))}</{tag}>" for cell in cells
    )
    return f"<tr>{''.join(made)}</tr>"


def _safe(text: str) -> str:
    import html

    return html.escape(text)


# --- plots ------------------------------------------------------------------------------------


def plot(counts: Any, axes: Any = None, **options: Any) -> Any:
    """Bars of the counts of a map by key, on matplotlib axes, which are given back.

    Raises:
        ImportError: matplotlib is not installed.
        TypeError: the values are no numbers.
    """
    pairs = sorted(counts.items(), key=lambda pair: pair[0])
    heights = [sum(value) if isinstance(value, list) else value for _, value in pairs]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not all(isinstance(height, int | float) for height in heights):
        raise TypeError("only numbers can be plotted")
    axes = _axes() if axes is None else axes
    axes.bar([str(key) for key, _ in pairs], heights, **options)
    return axes


def _axes() -> Any:
    try:
        from matplotlib import pyplot  # pyright: ignore[reportMissingImports, reportUnknownVariableType]
    except ImportError as error:
        raise ImportError(
            "plots need matplotlib, which is not installed: pip install matplotlib",
            name="matplotlib",
        ) from error
    return pyplot.gca()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
