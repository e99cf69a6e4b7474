"""The figures of one run as a picture: bars of latency, ratios of code and speed, growth."""

from __future__ import annotations

from html import escape
from math import log10

from growth import Series
from instructions import Figures
from latency import Latency
from speed import Speed

WIDTH = 760
LEFT = 220
ROW = 20
OURS, PEER, GRID = "#2b6cb0", "#a0aec0", "#e2e8f0"


class Picture:
    """SVG that grows downwards."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = 10

    def text(self, x: float, words: str, *, anchor: str = "start", weight: str = "normal") -> None:
        """Words at the present height."""
        self.parts.append(
            f'<text x="{x:.1f}" y="{self.y + 14}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{escape(words)}</text>'
        )

    def title(self, words: str) -> None:
        """The head of a part."""
        self.y += 12
        self.text(10, words, weight="bold")
        self.y += ROW + 6

    def bar(self, name: str, part: float, words: str, colour: str) -> None:
        """A line with a bar of this part of the width that is left."""
        width = max(part, 0.002) * (WIDTH - LEFT - 110)
        self.text(LEFT - 10, name, anchor="end")
        self.parts.append(
            f'<rect x="{LEFT}" y="{self.y + 2}" width="{width:.1f}" height="{ROW - 6}" '
            f'fill="{colour}"/>'
        )
        self.text(LEFT + width + 6, words)
        self.y += ROW

    def ratios(self, rows: list[tuple[str, float]]) -> None:
        """Bars of ratios with a line at one."""
        top = max(1.2, *(ratio for _, ratio in rows)) if rows else 1.2
        start = self.y
        for name, ratio in rows:
            self.bar(name, ratio / top, f"{ratio:.2f}", OURS if ratio <= 1 else "#dd6b20")
        one = LEFT + (WIDTH - LEFT - 110) / top
        self.parts.append(
            f'<line x1="{one:.1f}" x2="{one:.1f}" y1="{start}" y2="{self.y}" stroke="black" '
            'stroke-dasharray="3 3"/>'
        )

    def svg(self) -> str:
        """The whole file."""
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.y + 10}" '
            f'font-family="sans-serif" font-size="12">\n'
            f'<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
        )


def chart(picture: Picture, rows: list[Series]) -> None:
    """Time over size, both on logarithmic scales, a line for each series."""
    height, width = 180, WIDTH - LEFT - 110
    points = [point for row in rows for point in row.points]
    xs = [log10(point.size) for point in points]
    ys = [log10(point.milliseconds) for point in points]

    def place(size: float, ms: float) -> tuple[float, float]:
        x = LEFT + (log10(size) - min(xs)) / (max(xs) - min(xs)) * width
        y = picture.y + height - (log10(ms) - min(ys)) / (max(ys) - min(ys)) * height
        return x, y

    colours = [OURS, "#dd6b20", "#38a169", "#805ad5", "#b7791f"]
    picture.parts.append(
        f'<rect x="{LEFT}" y="{picture.y}" width="{width}" height="{height}" fill="none" '
        f'stroke="{GRID}"/>'
    )
    for row, colour in zip(rows, colours, strict=False):
        path = [place(point.size, point.milliseconds) for point in row.points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in path)
        picture.parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}"/>')
        x, y = path[-1]
        last = row.points[-1]
        words = f"{last.size} {row.unit}: {last.milliseconds:.0f} ms"
        picture.parts.append(
            f'<text x="{x:.1f}" y="{y - 4:.1f}" fill="{colour}" text-anchor="end">{words}</text>'
        )
    picture.y += height + ROW


def draw(
    latency: list[Latency],
    code: dict[str, list[Figures]],
    speed: dict[str, list[Speed]],
    growth: list[Series],
) -> str:
    """The picture of what was measured; what was not is left out."""
    picture = Picture()
    if latency:
        picture.title("Source to attached, milliseconds")
        most = max(row.milliseconds for row in latency)
        for row in latency:
            mine = "python" in row.name
            words = f"{row.milliseconds:.0f} ms"
            picture.bar(row.name, row.milliseconds / most, words, OURS if mine else PEER)
    for name, figures in code.items():
        picture.title(f"Code, {name}: ratio to clang -O2")
        picture.ratios([(one.name, one.ratio) for one in figures])
    for name, rows in speed.items():
        if rows:
            picture.title(f"Nanoseconds a run, {name}: ratio to clang -O2")
            picture.ratios([(row.name, row.net if name == "beyond" else row.ratio) for row in rows])
    if growth:
        picture.title("Growth: milliseconds over size, both logarithmic")
        chart(picture, growth)
    return picture.svg()
