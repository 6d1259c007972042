"""Open what a private consultation left under seal: on a written ground, for an hour, for all to read who watch."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit
from server.archive import queries, queries_seal, rules
from server.archive.actions import WATCHED_AGAIN
from server.archive.queries import PlaybackLine
from server.audit import About
from server.errors import NotHere
from server.tables import SealOpening
from server.who import Who


def open_seal(db: Session, who: Who, at: datetime, reception_code: str, ground: str, key: str) -> None:
    """Open it to this person for a while; twice with one key opens once. Raises NotHere for whoever may not."""
    found = queries.recording_for(db, who, reception_code)
    part = queries_seal.sealed_part(db, who, at, found)
    if part is None or not part.may_open or who.officer_id is None:
        raise NotHere
    once = who.own_key(key)
    if db.scalar(select(SealOpening.id).where(SealOpening.idempotency_key == once)) is not None:
        return
    db.add(
        SealOpening(
            reception_id=found.reception_id,
            officer_id=who.officer_id,
            officer_name=who.name,
            ground=ground,
            at=at,
            until=at + rules.OPEN_FOR,
            idempotency_key=once,
        )
    )
    about = About("recording", found.reception_id, found.code, found.case_id, found.unit_id)
    audit.record(db, who, at, "opened_seal", about)


def play_sealed(db: Session, who: Who, at: datetime, reception_code: str, playback_code: str) -> PlaybackLine:
    """Return a playable file under seal that is open to this person now, and log it. Raises NotHere otherwise."""
    found = queries.recording_for(db, who, reception_code)
    line = queries_seal.sealed_playback(db, who, at, found, playback_code)
    about = About("recording", found.reception_id, found.code, found.case_id, found.unit_id)
    audit.record_once(db, who, at, "watched_sealed", about, WATCHED_AGAIN)
    return line
