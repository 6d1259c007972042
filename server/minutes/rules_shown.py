"""What was shown and handed in, as the minutes tell it: turning pages is one line, not fifty."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Stamp:
    """One page that everybody in the room saw, with its stamp."""

    name: str
    sha256: str
    page: int
    pages: int
    by: str
    at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Showing:
    """Pages of one paper that one officer showed one after the other; ``pages`` reads "1–3, 5"."""

    name: str
    sha256: str
    pages: str
    of: int
    by: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class HandedFile:
    """One file that was handed in."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a citizen handed in at one moment, and what the desk decided."""

    code: str
    who: str
    at: datetime
    state: str
    decided_at: datetime | None
    by: str
    ground: str
    files: tuple[HandedFile, ...]


def grouped(stamps: Iterable[Stamp]) -> tuple[Showing, ...]:
    """Put pages of one paper together that followed one another."""
    runs: list[list[Stamp]] = []
    for one in stamps:
        before = runs[-1][-1] if runs else None
        if before and (before.sha256, before.name, before.by) == (one.sha256, one.name, one.by):
            runs[-1].append(one)
        else:
            runs.append([one])
    return tuple(
        Showing(run[0].name, run[0].sha256, ranges(one.page for one in run), run[0].pages, run[0].by, run[0].at,
                run[-1].until)
        for run in runs
    )  # fmt: skip


def ranges(pages: Iterable[int]) -> str:
    """Return page numbers as people write them: each once, in order, neighbours as a range."""
    runs: list[tuple[int, int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], page)
        else:
            runs.append((page, page))
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


def account(stamps: Sequence[Stamp], handed: Sequence[HandedIn], ended_at: datetime | None) -> dict[str, Any]:
    """Return both for the head of the minutes, as plain JSON. What was still shown at the end was shown until then."""
    return {
        "shown": [
            {
                "name": one.name,
                "sha256": one.sha256,
                "pages": one.pages,
                "of": one.of,
                "by": one.by,
                "from": one.from_at.isoformat(),
                "until": _iso(one.until_at or ended_at),
            }
            for one in grouped(stamps)
        ],
        "handed_in": [
            {
                "code": one.code,
                "who": one.who,
                "at": one.at.isoformat(),
                "state": one.state,
                "decided_at": _iso(one.decided_at),
                "by": one.by,
                "ground": one.ground,
                "files": [{"name": f.name, "bytes": f.bytes, "sha256": f.sha256} for f in one.files],
            }
            for one in handed
        ],
    }


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
