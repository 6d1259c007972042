"""The recording of a reception, for those who may watch it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.archive import rules
from server.cases import queries as cases
from server.errors import NotHere
from server.tables import Case, Playback, Reception, ReceptionMember, RoomNote, Segment
from server.who import Who
from server.words import PlaybackState, Role

_MARKS = (
    "began",
    "paused",
    "resumed",
    "recording_interrupted",
    "recording_resumed",
    "recording_stopped",
    "recording_waived",
    "read_back_shown",
    "consultation_began",
    "consultation_ended",
    "device_changed",
    "ended",
)
"""Notes that a viewer wants to jump to or must know of."""


@dataclass(frozen=True, slots=True)
class PlaybackLine:
    """One member's playable file."""

    code: str
    member: str
    name: str
    state: PlaybackState
    duration_ms: int
    sha256: str
    file: str


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One original."""

    member: str
    number: int
    file: str
    bytes: int
    sha256: str
    started_at: datetime
    ended_at: datetime
    zero_ms: int
    closed: str
    under_seal: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of the reception on the recording's own clock."""

    kind: str
    at: datetime
    at_ms: int
    ground: str


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """All that was recorded of one reception."""

    reception_id: int
    code: str
    unit_id: int
    case_id: int
    case_code: str
    case_number: str
    zero_at: datetime | None
    playbacks: tuple[PlaybackLine, ...]
    segments: tuple[SegmentLine, ...]
    marks: tuple[Mark, ...]
    without_ground: str
    is_stopped: bool


def recording_for(db: Session, who: Who, reception_code: str) -> RecordingFile:
    """Return the recording of a reception that this person may watch. Raises NotHere otherwise."""
    row = db.execute(
        select(Reception, Case).join(Case, Case.id == Reception.case_id).where(Reception.code == reception_code)
    ).first()
    if row is None:
        raise NotHere
    reception, case = row
    if who.role is Role.CITIZEN or not rules.may_watch(
        who.role,
        is_own_unit=who.unit_id == reception.unit_id,
        was_there=_was_there(db, who, reception),
        is_restricted=case.is_restricted,
    ):
        raise NotHere
    if case.is_restricted and not cases.is_open_to(db, who, case):
        raise NotHere
    if reception.stopped_at is not None and not rules.may_see_stopped(
        who.role, was_there=_was_there(db, who, reception)
    ):
        raise NotHere
    return _file(db, reception, case)


def _was_there(db: Session, who: Who, reception: Reception) -> bool:
    member = db.scalar(
        select(ReceptionMember.id).where(
            ReceptionMember.reception_id == reception.id,
            ReceptionMember.officer_id == who.officer_id,
            # Called in is not taken part.
            ReceptionMember.first_connected_at.is_not(None),
        )
    )
    return member is not None or reception.chair_id == who.officer_id


def _file(db: Session, reception: Reception, case: Case) -> RecordingFile:
    segments = _segments(db, reception.id)
    zero_at = _zero(segments)
    playbacks = tuple(
        PlaybackLine(p.code, p.member, p.name, p.state, p.duration_ms, p.sha256, p.file)
        for p in db.scalars(
            select(Playback)
            .where(Playback.reception_id == reception.id, Playback.under_seal.is_(False))
            .order_by(Playback.id)
        )
    )
    return RecordingFile(
        reception_id=reception.id,
        code=reception.code,
        unit_id=reception.unit_id,
        case_id=case.id,
        case_code=case.code,
        case_number=case.number,
        zero_at=zero_at,
        playbacks=playbacks,
        segments=segments,
        marks=_marks(db, reception.id, zero_at),
        without_ground=reception.without_recording_ground,
        is_stopped=reception.stopped_at is not None,
    )


def _segments(db: Session, reception_id: int) -> tuple[SegmentLine, ...]:
    rows = db.scalars(
        select(Segment).where(Segment.reception_id == reception_id).order_by(Segment.started_at, Segment.member)
    )
    return tuple(
        SegmentLine(
            member=s.member,
            number=s.number,
            file=s.file,
            bytes=s.bytes,
            sha256=s.sha256,
            started_at=s.started_at,
            ended_at=s.ended_at,
            zero_ms=s.zero_ms,
            closed=s.closed,
            under_seal=s.under_seal,
        )
        for s in rows
    )


def _zero(segments: tuple[SegmentLine, ...]) -> datetime | None:
    """The recording's zero: every segment says how far after it it began."""
    first = segments[0] if segments else None
    return first.started_at - timedelta(milliseconds=first.zero_ms) if first else None


def _marks(db: Session, reception_id: int, zero_at: datetime | None) -> tuple[Mark, ...]:
    if zero_at is None:
        return ()
    notes = db.execute(
        select(RoomNote.kind, RoomNote.at, RoomNote.facts)
        .where(RoomNote.reception_id == reception_id, RoomNote.kind.in_(_MARKS))
        .order_by(RoomNote.seq)
    )
    return tuple(
        Mark(
            "under_seal" if facts.get("rule") == "sealed" else kind,
            at,
            on_clock(at, zero_at),
            str(facts.get("ground") or ""),
        )
        for kind, at, facts in notes
    )


def on_clock(at: datetime, zero_at: datetime) -> int:
    """Milliseconds of a moment on the recording's own clock, which every playable file keeps."""
    return max(0, round((at - zero_at).total_seconds() * 1000))


@dataclass(frozen=True, slots=True)
class Segments:
    """How many segments a room opened, and how many it has closed or given up."""

    opened: int
    closed: int


def segments(db: Session, reception_code: str) -> Segments:
    """Count a reception's segments by what its room told."""

    def count(*kinds: str) -> int:
        wanted = select(func.count()).select_from(RoomNote).join(Reception, Reception.id == RoomNote.reception_id)
        return db.scalar(wanted.where(Reception.code == reception_code, RoomNote.kind.in_(kinds))) or 0

    return Segments(count("segment_opened"), count("segment_closed", "segment_broken"))


PATIENCE = timedelta(seconds=60)
"""How long after the end of a reception its last segments may be on their way."""


def is_unfinished(db: Session, reception_code: str, at: datetime) -> bool:
    """Whether segments of a reception that has just ended are still to be waited for."""
    ended_at = db.scalar(select(Reception.ended_at).where(Reception.code == reception_code))
    if ended_at is None or at >= ended_at + PATIENCE:
        return False
    found = segments(db, reception_code)
    return found.closed < found.opened
