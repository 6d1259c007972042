"""What happened to one room's recording, line by line, and what that leaves on disk.

Theory. A room's folder has one `manifest.jsonl`. Each thing that happens is one line, on disk
*before* its effect is believed: `opened` before the file exists, `closed` after the file was read
back. Lines are never changed. `fold` reads them in order into a `Ledger`; a segment that was
opened and never closed, repaired or lost is what a crash left behind. A torn last line (power gone
while writing) is no line. FORMAT.md describes every kind; a test compares.

Pure: no files, no clock.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, ClassVar, Literal, get_type_hints

from signaling.tracks import SegmentFacts

VERSION = 1

SEALED_NAME = ".sealed.webm"
"""How the name of a file under seal ends, and no other: it says so even without the manifest."""

State = Literal["open", "broken", "closed", "repaired", "lost"]


@dataclass(frozen=True)
class Line:
    """What all lines have; `at` is aware UTC."""

    kind: ClassVar[str]

    at: datetime


@dataclass(frozen=True)
class Started(Line):
    """Recording began, or began again. The first such line is the zero of all files."""

    kind: ClassVar[str] = "started"
    room: str


@dataclass(frozen=True)
class Opened(Line):
    """A file is about to be created; its time 0 lies `zero_ms` after the recording's zero."""

    kind: ClassVar[str] = "opened"
    member: str
    segment: int
    file: str
    zero_ms: int


@dataclass(frozen=True)
class OpenedUnderSeal(Opened):
    """The same for a file that is kept from all others.

    A kind of its own and no field, so that a reader that knows nothing of seals stops here.
    """

    kind: ClassVar[str] = "opened_under_seal"


@dataclass(frozen=True)
class Proven(Line):
    """The first media was synced and read back."""

    kind: ClassVar[str] = "proven"
    member: str
    segment: int
    bytes: int


@dataclass(frozen=True)
class Broken(Line):
    """Writing failed; the file is never written to again."""

    kind: ClassVar[str] = "broken"
    member: str
    segment: int
    reason: str


@dataclass(frozen=True)
class Closed(Line):
    """The file is complete and was read back. `missing_…` count what never reached it."""

    kind: ClassVar[str] = "closed"
    member: str
    segment: int
    bytes: int
    sha256: str
    duration_ms: int
    audio_frames: int
    video_frames: int
    missing_packets: int
    missing_frames: int


@dataclass(frozen=True)
class Repaired(Line):
    """Somebody else closed the file after a crash; `trimmed` bytes of torn tail were cut off."""

    kind: ClassVar[str] = "repaired"
    member: str
    segment: int
    bytes: int
    sha256: str
    duration_ms: int
    audio_frames: int
    video_frames: int
    trimmed: int


@dataclass(frozen=True)
class Lost(Line):
    """A segment was opened and nothing playable was found."""

    kind: ClassVar[str] = "lost"
    member: str
    segment: int
    reason: str


@dataclass(frozen=True)
class Stopped(Line):
    """Recording ended in order."""

    kind: ClassVar[str] = "stopped"


@dataclass(frozen=True)
class Sealed(Line):
    """The finished set at this moment: each file with bytes and SHA-256, in order, and one hash
    over the list.
    """

    kind: ClassVar[str] = "sealed"
    files: tuple[tuple[str, int, str], ...]
    root: str


Entry = Started | Opened | Proven | Broken | Closed | Repaired | Lost | Stopped | Sealed

KINDS: dict[str, type[Entry]] = {
    line.kind: line
    for line in (Started, Opened, OpenedUnderSeal, Proven, Broken, Closed, Repaired, Lost, Stopped, Sealed)
}


class BadManifest(Exception):
    """The lines contradict each other, or come from a later version."""


@dataclass(frozen=True)
class Segment:
    """What is known of one segment. Facts of its end are zero or empty while there is none."""

    member: str
    segment: int
    file: str
    zero_ms: int
    opened_at: datetime
    under_seal: bool = False
    state: State = "open"
    proven: bool = False
    reason: str = ""
    bytes: int = 0
    sha256: str = ""
    duration_ms: int = 0
    audio_frames: int = 0
    video_frames: int = 0

    @property
    def is_finished(self) -> bool:
        """Whether the file is complete and has a fingerprint."""
        return self.state in {"closed", "repaired"}


@dataclass(frozen=True)
class Ledger:
    """What a manifest comes to. `torn` counts lines that could not be read."""

    room: str | None
    zero_at: datetime | None
    segments: tuple[Segment, ...]
    is_running: bool
    seal: Sealed | None
    torn: int

    @property
    def left_open(self) -> tuple[Segment, ...]:
        """Segments that nobody finished: what a crash or a failing disk left."""
        return tuple(segment for segment in self.segments if segment.state in {"open", "broken"})

    @property
    def finished(self) -> tuple[Segment, ...]:
        """Segments that are complete, in the order of a seal: member, then number."""
        done = (segment for segment in self.segments if segment.is_finished)
        return tuple(sorted(done, key=lambda segment: (segment.member, segment.segment)))

    def next_segment(self, member: str) -> int:
        """The number that the member's next file gets, from 1."""
        return 1 + max((known.segment for known in self.segments if known.member == member), default=0)


def write_line(line: Entry) -> str:
    """One JSON object and a newline."""
    body = asdict(line) | {"at": line.at.isoformat()}
    return json.dumps({"version": VERSION, "kind": line.kind, **body}, ensure_ascii=False) + "\n"


def read_line(text: str) -> Entry:
    """Raise `ValueError` for what is no line of ours, `BadManifest` for one of a later version."""
    found: Any = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(text)  # noqa: TRY004 - a torn line, like any other that cannot be read
    if found.pop("version", None) != VERSION:
        raise BadManifest("version")
    kind = KINDS.get(str(found.pop("kind", "")))
    if kind is None:
        raise BadManifest("kind")
    if set(found) != {field.name for field in fields(kind)}:
        raise ValueError(text)
    hints = get_type_hints(kind)
    for name in found:
        found[name] = _read_value(found[name], hints[name])
    return kind(**found)


def _read_value(value: Any, wanted: Any) -> Any:
    if wanted is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    if wanted in {int, str} and type(value) is wanted:
        return value
    if isinstance(value, list):
        return tuple((str(file), int(size), str(sha256)) for file, size, sha256 in value)
    raise ValueError(value)


def read_lines(text: str) -> tuple[list[Entry], int]:
    """The lines of a whole manifest, and how many could not be read because they are torn."""
    lines: list[Entry] = []
    torn = 0
    for row in text.split("\n"):
        if not row.strip():
            continue
        try:
            lines.append(read_line(row))
        except ValueError:
            torn += 1
    return lines, torn


def fold(lines: Iterable[Entry], torn: int = 0) -> Ledger:
    """Read the lines in order into what they come to; raises `BadManifest` where they contradict
    each other.
    """
    ledger = Ledger(None, None, (), is_running=False, seal=None, torn=torn)
    segments: dict[tuple[str, int], Segment] = {}
    for line in lines:
        match line:
            case Started():
                ledger = replace(
                    ledger,
                    room=line.room,
                    zero_at=ledger.zero_at or line.at,
                    is_running=True,
                    seal=None,
                )
            case Opened():
                if (line.member, line.segment) in segments:
                    raise BadManifest("opened_twice")
                segments[line.member, line.segment] = _opened(line)
            case Stopped():
                ledger = replace(ledger, is_running=False)
            case Sealed():
                ledger = replace(ledger, seal=line)
            case Proven() | Broken() | Closed() | Repaired() | Lost():
                key = (line.member, line.segment)
                if key not in segments:
                    raise BadManifest("never_opened")
                segments[key] = _move(segments[key], line)
    return replace(ledger, segments=tuple(segments.values()))


def _opened(line: Opened) -> Segment:
    under_seal = isinstance(line, OpenedUnderSeal)
    if line.file.endswith(SEALED_NAME) != under_seal:
        raise BadManifest("seal")
    return Segment(line.member, line.segment, line.file, line.zero_ms, line.at, under_seal)


def _move(segment: Segment, line: Proven | Broken | Closed | Repaired | Lost) -> Segment:
    if segment.is_finished or segment.state == "lost":
        raise BadManifest("already_finished")
    match line:
        case Proven():
            return replace(segment, proven=True)
        case Broken():
            return replace(segment, state="broken", reason=line.reason)
        case Lost():
            return replace(segment, state="lost", reason=line.reason)
        case Closed() | Repaired():
            return replace(
                segment,
                state="closed" if isinstance(line, Closed) else "repaired",
                bytes=line.bytes,
                sha256=line.sha256,
                duration_ms=line.duration_ms,
                audio_frames=line.audio_frames,
                video_frames=line.video_frames,
            )


def facts_of(segment: Segment, zero_at: datetime) -> SegmentFacts:
    """The finished segment as the office wants to know it."""
    started = zero_at.timestamp() + segment.zero_ms / 1000
    ended = started + segment.duration_ms / 1000
    return SegmentFacts(
        file=segment.file,
        member=segment.member,
        segment=segment.segment,
        bytes=segment.bytes,
        sha256=segment.sha256,
        started_at=datetime.fromtimestamp(started, zero_at.tzinfo).isoformat(timespec="milliseconds"),
        ended_at=datetime.fromtimestamp(ended, zero_at.tzinfo).isoformat(timespec="milliseconds"),
        zero_ms=segment.zero_ms,
        has_video=segment.video_frames > 0,
        has_audio=segment.audio_frames > 0,
        closed="clean" if segment.state == "closed" else "repaired",
        under_seal=segment.under_seal,
    )
