"""What private consultations left under seal in a recording: when, why, who opened it, and for whom it is open now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.archive import rules
from server.archive.queries import PlaybackLine, RecordingFile, on_clock
from server.errors import NotHere
from server.tables import Playback, ReceptionMember, RoomNote, SealOpening
from server.who import Who
from server.words import PlaybackState

_MOST_OPENINGS = 50


@dataclass(frozen=True, slots=True)
class SealedTime:
    """One consultation under seal, without what was said: from when to when, who took part, on which ground."""

    from_at: datetime
    until_at: datetime | None
    at_ms: int
    until_ms: int
    people: tuple[str, ...]
    ground: str


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """Somebody opened it."""

    name: str
    ground: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class SealedPart:
    """All that is under seal in a recording. `playbacks` is empty for whoever it is not open to now."""

    times: tuple[SealedTime, ...]
    openings: tuple[OpeningLine, ...]
    may_open: bool
    open_until: datetime | None
    playbacks: tuple[PlaybackLine, ...]


def sealed_part(db: Session, who: Who, at: datetime, found: RecordingFile) -> SealedPart | None:
    """Return what is under seal in a recording that this person may watch; None: nothing is."""
    times = _times(db, found)
    if not times and not any(each.under_seal for each in found.segments):
        return None
    open_until = _open_until(db, who, at, found)
    openings = db.scalars(
        select(SealOpening)
        .where(SealOpening.reception_id == found.reception_id)
        .order_by(SealOpening.id.desc())
        .limit(_MOST_OPENINGS)
    )
    return SealedPart(
        times=times,
        openings=tuple(OpeningLine(o.officer_name, o.ground, o.at, o.until) for o in openings),
        may_open=may_open(who, found),
        open_until=open_until,
        playbacks=_playbacks(db, found) if open_until else (),
    )


def may_open(who: Who, found: RecordingFile) -> bool:
    """Whether this person may open what is under seal; a recording in quarantine stays shut."""
    return rules.may_open_seal(who.role, is_own_unit=who.unit_id == found.unit_id) and not found.is_stopped


def sealed_playback(db: Session, who: Who, at: datetime, found: RecordingFile, code: str) -> PlaybackLine:
    """Return one playable file under seal that is open to this person now. Raises NotHere otherwise."""
    if _open_until(db, who, at, found) is not None:
        for line in _playbacks(db, found):
            if line.code == code and line.state is PlaybackState.READY:
                return line
    raise NotHere


def _open_until(db: Session, who: Who, at: datetime, found: RecordingFile) -> datetime | None:
    if not may_open(who, found):
        return None
    return db.scalar(
        select(SealOpening.until)
        .where(
            SealOpening.reception_id == found.reception_id,
            SealOpening.officer_id == who.officer_id,
            SealOpening.until > at,
        )
        .order_by(SealOpening.until.desc())
        .limit(1)
    )


def _playbacks(db: Session, found: RecordingFile) -> tuple[PlaybackLine, ...]:
    rows = db.scalars(
        select(Playback)
        .where(Playback.reception_id == found.reception_id, Playback.under_seal.is_(True))
        .order_by(Playback.id)
    )
    return tuple(PlaybackLine(p.code, p.member, p.name, p.state, p.duration_ms, p.sha256, p.file) for p in rows)


def _times(db: Session, found: RecordingFile) -> tuple[SealedTime, ...]:
    notes = db.execute(
        select(RoomNote.kind, RoomNote.at, RoomNote.facts)
        .where(
            RoomNote.reception_id == found.reception_id,
            RoomNote.kind.in_(("consultation_began", "consultation_ended", "ended")),
        )
        .order_by(RoomNote.seq)
    ).all()
    members = select(ReceptionMember).where(ReceptionMember.reception_id == found.reception_id)
    names = {each.member: each.name for each in db.scalars(members)}
    times: list[SealedTime] = []
    for index, (kind, at, facts) in enumerate(notes):
        if kind == "consultation_began" and facts.get("rule") == "sealed":
            over = next(((then, said) for _, then, said in notes[index + 1 :]), None)
            until_at = over[0] if over else None
            people = (over[1].get("members") if over else None) or facts.get("members") or ()
            zero_at = found.zero_at or at
            times.append(
                SealedTime(
                    from_at=at,
                    until_at=until_at,
                    at_ms=on_clock(at, zero_at),
                    until_ms=on_clock(until_at or at, zero_at),
                    people=tuple(names.get(each, each) for each in people),
                    ground=str(facts.get("ground") or ""),
                )
            )
    return tuple(times)
