"""Geometry of the charts of the dashboard: whole numbers for an SVG, drawn on the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT, LEFT = 640, 220, 24, 40
WAYS = ("regular", "leader", "delegated")


@dataclass(frozen=True, slots=True)
class Bar:
    """One coloured piece of a column."""

    way: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Group:
    """One column: its pieces, what stands below it and how much it is."""

    bars: tuple[Bar, ...]
    middle: int
    top: int
    label: str
    total: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of stacked columns with its lines."""

    groups: tuple[Group, ...]
    lines: tuple[tuple[int, int], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - FOOT


def stacked(columns: Sequence[tuple[str, Mapping[str, int]]]) -> Chart:
    """Return a chart of columns (label, pieces by way). Heights are true to the figures to a pixel."""
    most = top_of(max((sum(pieces.values()) for _, pieces in columns), default=0))
    room = HEIGHT - FOOT - 16
    step = (WIDTH - LEFT) / max(1, len(columns))
    groups = []
    for n, (label, pieces) in enumerate(columns):
        x, width = round(LEFT + n * step + step * 0.2), round(step * 0.6)
        bars, below = [], 0
        for way in WAYS:
            upper = below + pieces.get(way, 0)
            low, high = round(room * below / most), round(room * upper / most)
            if high > low:
                bars.append(Bar(way, x, HEIGHT - FOOT - high, width, high - low))
            below = upper
        groups.append(Group(tuple(bars), x + width // 2, HEIGHT - FOOT - round(room * below / most), label, below))
    marks = (0, most // 2, most) if most > 1 else (0, most)
    return Chart(tuple(groups), tuple((HEIGHT - FOOT - round(room * mark / most), mark) for mark in marks))


def top_of(most: int) -> int:
    """Return a round number at or above the largest figure."""
    size = 1
    while True:
        for step in (1, 2, 4, 5, 10):
            if step * size >= most and step * size > 0:
                return step * size
        size *= 10
