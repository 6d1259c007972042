"""`./tiepdan bench lines [--json] [--row NAME …]`: what people see and hear of each other on bad lines.

Two real Chromium with 720p cameras and a tone talk through the room's own page and server; the
citizen's line is made bad. Each row is measured at both: `down` is what the citizen sees and hears
of the chair, `up` what the chair sees and hears of the citizen.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Literal

from tests.bench.lines_room import Program, Relayed, Watcher, talk
from tests.bench.lines_way import CLEAR, Weather

SETTLE, QUIET, AFTER = 5.0, 3.0, 8.0
AS_BEFORE = 0.8
"""Share of the quiet frame rate from which a picture counts as recovered."""


@dataclass(frozen=True)
class Row:
    """One kind of bad line, and how long it stays bad."""

    name: str
    up: Weather
    down: Weather
    lasts: float = 12.0
    moves: bool = False
    relayed: Relayed = ""
    weak_in: Program = "chromium"


def _both(weather: Weather) -> tuple[Weather, Weather]:
    return weather, weather


_CUT, _FROZEN = _both(Weather(is_cut=True)), _both(Weather(is_frozen=True))
_EASY = _both(Weather(delay=0.05, loss=0.02))
ROWS = (
    Row("quiet", CLEAR, CLEAR),
    Row("loss-5", *_both(Weather(delay=0.05, loss=0.05))),
    Row("loss-10", *_both(Weather(delay=0.05, loss=0.10))),
    Row("loss-30", *_both(Weather(delay=0.15, loss=0.30))),
    Row("up-300", Weather(delay=0.02, rate=300e3), Weather(delay=0.02), 15.0),
    Row("down-200", Weather(delay=0.02), Weather(delay=0.02, rate=200e3), 15.0),
    Row("freeze-12", *_FROZEN, 12.0),
    Row("cut-6", *_CUT, 6.0),
    Row("cut-20", *_CUT, 20.0),
    Row("move", *_both(Weather(delay=0.05)), moves=True),
    Row("relay-udp", *_EASY, relayed="udp"),
    Row("relay-tcp", *_EASY, relayed="tcp"),
    Row("firefox", CLEAR, CLEAR, weak_in="firefox"),
    Row("firefox-5", *_both(Weather(delay=0.05, loss=0.05)), weak_in="firefox"),
)


@dataclass(frozen=True)
class Seen:
    """One direction of one row. Seconds, shares from 0 to 1, kb/s."""

    row: str
    way: Literal["down", "up"]
    quiet_fps: float
    fps: float
    freeze: float
    concealed: float
    picture_after: float | None
    """From the end of the fault to the first new frame."""
    recovered_after: float | None
    """From the end of the fault to the frame rate of before."""
    kbps: float
    width: int
    width_after: int
    plis: int

    @property
    def share(self) -> float:
        """Frame rate against that of the quiet line just before."""
        return self.fps / self.quiet_fps if self.quiet_fps else 0.0


async def measure(row: Row) -> tuple[Seen, Seen]:
    """Hold one reception, make the line bad, make it good again."""
    async with talk(row.relayed, row.weak_in) as held:
        await asyncio.sleep(SETTLE)
        quiet = time.time()
        await asyncio.sleep(QUIET)
        began = time.time()
        watchers = (held.weak, held.strong)
        before = [await each.sums() for each in watchers]
        held.line.set(row.up, row.down)
        if row.moves:
            held.line.move()
        await asyncio.sleep(row.lasts)
        after = [await each.sums() for each in watchers]
        widths = [await each.width() for each in watchers]
        held.line.set(CLEAR, CLEAR)
        ended = time.time()
        await asyncio.sleep(AFTER)
        times = (quiet, began, ended)
        down, up = [
            await _seen(row, watcher, times, (a, b, w))
            for watcher, a, b, w in zip(watchers, before, after, widths, strict=True)
        ]
        return down, replace(up, way="up")


async def _seen(
    row: Row, watcher: Watcher, times: tuple[float, float, float], counted: tuple[dict[str, Any], dict[str, Any], int]
) -> Seen:
    quiet, began, ended = times
    before, after, width = counted
    calm = await watcher.frames(quiet, began)
    during = await watcher.frames(began, ended)
    later = await watcher.frames(ended, ended + AFTER)
    fps = len(calm) / (began - quiet)
    first = next(iter(later), None)
    # A freeze that outlasts the fault is the fault's.
    moments = [calm[-1] if calm else began, *during, first if first is not None else ended + AFTER]
    samples = after["samples"] - before["samples"]
    return Seen(
        row=row.name,
        way="down",
        quiet_fps=round(fps, 1),
        fps=round(len(during) / (ended - began), 1),
        freeze=round(max(b - a for a, b in pairwise(moments)), 2),
        concealed=round((after["concealed"] - before["concealed"]) / max(samples, 1), 4),
        picture_after=None if first is None else round(first - ended, 2),
        recovered_after=_recovered(later, ended, fps * AS_BEFORE),
        kbps=round(8 * (after["octets"] - before["octets"]) / (ended - began) / 1000),
        width=width,
        width_after=await watcher.width(),
        plis=after["plis"] - before["plis"],
    )


def _recovered(later: Sequence[float], ended: float, wanted: float) -> float | None:
    """When the first second with `wanted` frames began."""
    for at, first in enumerate(later):
        if len([each for each in later[at:] if each < first + 1]) >= wanted:
            return round(first - ended, 2)
    return None


def write(found: Sequence[Seen]) -> str:
    """Lay the figures out as a table."""
    head = (
        "row",
        "way",
        "fps",
        "of quiet",
        "freeze s",
        "concealed",
        "picture s",
        "as before s",
        "kb/s",
        "width",
        "after",
    )
    lines = [
        (
            each.row, each.way, f"{each.fps:.1f}", f"{each.share:.0%}", f"{each.freeze:.2f}", f"{each.concealed:.1%}",
            _text(each.picture_after), _text(each.recovered_after), f"{each.kbps:.0f}", str(each.width), str(each.width_after),
        )
        for each in found
    ]  # fmt: skip
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]
    return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True)) for line in [head, *lines])


def _text(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.2f}"


def main(arguments: list[str]) -> int:
    """Measure the rows asked for, all without any."""
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(prog="./tiepdan bench lines")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--row", action="append", choices=names, default=[])
    asked = parser.parse_args(arguments)
    found: list[Seen] = []
    for row in ROWS:
        if not asked.row or row.name in asked.row:
            found += asyncio.run(measure(row))
    print(json.dumps([asdict(each) for each in found]) if asked.json else write(found))
    return 0
