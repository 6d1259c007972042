"""Register segments as rooms close them, keep what was composed, log every viewing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recordings.manifest import SEALED_NAME
from server import audit, text
from server.archive import queries
from server.audit import About
from server.tables import Playback, Reception, ReceptionMember, Segment
from server.who import Who
from server.words import PlaybackState


def register_segment(db: Session, at: datetime, reception_id: int, facts: Mapping[str, Any]) -> bool:
    """Register one finished original by what the worker told; twice is harmless, a second fact never wins.

    True: its member's playable file was made without it, or may just be, and has to be made again.
    """
    member, number = str(facts["member"]), int(facts["segment"])
    # A name that says so is believed even of a worker that does not: too much under seal is no harm.
    under_seal = bool(facts.get("under_seal")) or str(facts["file"]).endswith(SEALED_NAME)
    known = db.scalar(
        select(Segment.id).where(
            Segment.reception_id == reception_id, Segment.member == member, Segment.number == number
        )
    )
    if known is not None:
        return False
    db.add(
        Segment(
            reception_id=reception_id,
            member=member,
            number=number,
            file=str(facts["file"]),
            bytes=int(facts["bytes"]),
            sha256=str(facts["sha256"]),
            zero_ms=int(facts["zero_ms"]),
            started_at=datetime.fromisoformat(str(facts["started_at"])),
            ended_at=datetime.fromisoformat(str(facts["ended_at"])),
            has_audio=bool(facts["has_audio"]),
            has_video=bool(facts["has_video"]),
            closed=str(facts["closed"]),
            under_seal=under_seal,
            registered_at=at,
        )
    )
    made = select(Playback).where(Playback.reception_id == reception_id, Playback.member == member)
    playback = db.scalar(made.where(Playback.under_seal == under_seal))
    if playback is not None:
        playback.state = PlaybackState.WAITING
    db.flush()
    return playback is not None


@dataclass(frozen=True, slots=True)
class ToMake:
    """A playable file to be made, and how many segments were known when that began."""

    playback_id: int
    member: str
    under_seal: bool
    segments: int


def open_playbacks(db: Session, reception_code: str) -> list[ToMake]:
    """Make a row for each recorded member's playable file, and one of what is under seal; return those not ready."""
    reception = db.scalars(select(Reception).where(Reception.code == reception_code)).one()
    people = select(ReceptionMember).where(ReceptionMember.reception_id == reception.id)
    names = {each.member: each.name for each in db.scalars(people)}
    rows = db.scalars(select(Playback).where(Playback.reception_id == reception.id))
    known = {(each.member, each.under_seal): each for each in rows}
    counts = _counts(db, reception.id)
    for member, under_seal in counts:
        if (member, under_seal) not in known:
            known[member, under_seal] = Playback(
                code=text.new_code("PH", 4, 4),
                reception_id=reception.id,
                member=member,
                name=names.get(member, member),
                under_seal=under_seal,
                state=PlaybackState.WAITING,
            )
            db.add(known[member, under_seal])
    db.flush()
    waiting = [each for each in known.values() if each.state is not PlaybackState.READY]
    return [
        ToMake(each.id, each.member, each.under_seal, counts.get((each.member, each.under_seal), 0)) for each in waiting
    ]


def _counts(db: Session, reception_id: int) -> dict[tuple[str, bool], int]:
    kind = (Segment.member, Segment.under_seal)
    counted = select(*kind, func.count().label("segments")).where(Segment.reception_id == reception_id)
    return {(row.member, row.under_seal): row.segments for row in db.execute(counted.group_by(*kind))}


def keep_playback(db: Session, at: datetime, made: ToMake, facts: Mapping[str, Any] | None) -> None:
    """Keep the facts of a composed file; None: composing failed for good.

    A segment registered meanwhile may be missing in it: then the file still waits for the job asked for with that.
    """
    playback = db.get_one(Playback, made.playback_id)
    if _counts(db, playback.reception_id).get((made.member, made.under_seal), 0) != made.segments:
        return
    if facts is None:
        playback.state = PlaybackState.FAILED
        return
    playback.state, playback.made_at = PlaybackState.READY, at
    playback.file, playback.bytes = str(facts["file"]), int(facts["bytes"])
    playback.sha256, playback.duration_ms = str(facts["sha256"]), int(facts["duration_ms"])


WATCHED_AGAIN = timedelta(hours=1)


def note_watching(db: Session, who: Who, at: datetime, reception_code: str) -> None:
    """Log that a file itself was fetched, with or without the page around it. Raises NotHere."""
    found = queries.recording_for(db, who, reception_code)
    about = About("recording", found.reception_id, found.code, found.case_id, found.unit_id)
    audit.record_once(db, who, at, "watched_recording", about, WATCHED_AGAIN)


def note_viewing(db: Session, who: Who, at: datetime, reception_code: str) -> None:
    """Log that somebody opened a recording. Raises NotHere when they may not."""
    found = queries.recording_for(db, who, reception_code)
    about = About("recording", found.reception_id, found.code, found.case_id, found.unit_id)
    audit.record(db, who, at, "viewed_recording", about)
