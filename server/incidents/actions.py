"""Log incidents once each, and move them from open to done."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.errors import NotHere, TooMuch
from server.incidents import queries, rules
from server.incidents.rules import Told
from server.office import actions as office
from server.tables import Incident, Reception, ReceptionMember
from server.who import Who, the_system
from server.words import IncidentKind, IncidentState, IncidentVerb

HOUR = timedelta(hours=1)


def tell(db: Session, who: Who, at: datetime, reception_id: int, told: Told) -> str:
    """Log what somebody inside tells; telling it twice is once. Returns its code. Raises TooMuch.

    The caller has proven that this person may enter the reception.
    """
    reception = db.scalars(select(Reception).where(Reception.id == reception_id).with_for_update()).one()
    made = db.scalar(
        select(Incident.code).where(Incident.reception_id == reception_id, Incident.key == f"told:{told.key}")
    )
    if made is not None:
        return made
    if office.count_try(db, at, f"incident:{reception_id}", HOUR) > rules.TOLD_AN_HOUR:
        raise TooMuch("too_often")
    row = _log(db, at, reception, told, f"told:{told.key}")
    about = About("incident", row.id, row.code, reception.case_id, reception.unit_id)
    audit.record(db, who, at, "told_incident", about, kind=told.kind.value, place=told.place)
    return row.code


def hear(db: Session, reception: Reception, seq: int, at: datetime, told: Told) -> None:
    """Log what the room tells by itself, once while it lasts. The caller holds the reception."""
    lately = db.scalar(
        select(Incident.id).where(
            Incident.reception_id == reception.id,
            Incident.kind == told.kind,
            Incident.place == told.place,
            Incident.key.startswith("note:"),
            Incident.told_at > at - rules.AGAIN_AFTER,
        )
    )
    if lately is None:
        row = _log(db, at, reception, told, f"note:{seq}")
        about = About("incident", row.id, row.code, reception.case_id, reception.unit_id)
        audit.record(db, the_system(reception.unit_id), at, "told_incident", about, kind=told.kind.value)


def hear_note(db: Session, reception: Reception, note: Any, numbers: Mapping[str, Any]) -> None:
    """Log what a note of the room tells technicians, if anything: kind, place and numbers, never a name."""
    kind = rules.by_itself(note.kind, note.facts)
    if kind is None and note.kind != "returned":
        return
    member = _member(db, reception.id, note)
    if kind is None and member is not None and member.last_left_at is not None:
        away = note.at - member.last_left_at
        if rules.was_long_away(member.room_role, away):
            kind, numbers = IncidentKind.LINE, {**numbers, "away_for": round(away.total_seconds(), 1)}
    if kind is not None:
        place = member.room_role if member is not None else ""
        hear(db, reception, note.seq, note.at, Told(kind, place, "", "", numbers))


def _member(db: Session, reception_id: int, note: Any) -> ReceptionMember | None:
    """Whom a note is about; a step of the ladder names everybody who is missing, the first stands for them."""
    missing = note.facts.get("missing")
    member = missing[0] if isinstance(missing, list) and missing else note.member
    return db.scalar(
        select(ReceptionMember).where(ReceptionMember.reception_id == reception_id, ReceptionMember.member == member)
    )


def _log(db: Session, at: datetime, reception: Reception, told: Told, key: str) -> Incident:
    row = Incident(
        code=text.new_code("SC", 4, 2),
        unit_id=reception.unit_id,
        reception_id=reception.id,
        kind=told.kind,
        place=told.place,
        words=told.words,
        quality=dict(told.quality),
        key=key,
        told_at=at,
        state=IncidentState.OPEN,
        done="",
    )
    db.add(row)
    db.flush()
    return row


_AUDITED = {
    IncidentVerb.TAKE: "took_incident",
    IncidentVerb.CLOSE: "closed_incident",
    IncidentVerb.REOPEN: "reopened_incident",
}


def move(db: Session, who: Who, at: datetime, code: str, verb: IncidentVerb, done: str) -> None:
    """A technician takes an incident up, closes it saying what was done, or opens it again. Twice is once.

    Raises NotHere, Refused("incident_flow").
    """
    row = db.scalar(select(Incident).where(Incident.code == code).with_for_update())
    if row is None or not queries.is_open_to(db, who, row.unit_id):
        raise NotHere
    to = rules.moved(row.state, verb)
    if to is row.state:
        return
    row.state, row.changed_by, row.changed_at = to, who.officer_id, at
    row.done = done if to is IncidentState.DONE else row.done
    case_id = db.scalars(select(Reception.case_id).where(Reception.id == row.reception_id)).one()
    about = About("incident", row.id, row.code, case_id, row.unit_id)
    audit.record(db, who, at, _AUDITED[verb], about)
