"""Incidents as technicians and the desk see them: kinds, places and numbers, no name of a citizen, no matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from server.incidents import rules
from server.tables import Incident, Officer, Reception, Unit
from server.who import Who
from server.words import IncidentKind, IncidentState

MOST = 100
DONE_FOR = timedelta(days=7)
"""How long an incident stays on the technicians' page after it was closed."""


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One incident."""

    code: str
    reception_code: str
    unit_name: str
    kind: IncidentKind
    place: str
    words: str
    quality: Mapping[str, Any]
    told_at: datetime
    state: IncidentState
    changed_by: str
    changed_at: datetime | None
    done: str


def is_open_to(db: Session, who: Who, unit_id: int) -> bool:
    """Whether a technician looks after a unit: the own one and those directly below it."""
    if who.role not in rules.SEES:
        return False
    return unit_id == who.unit_id or db.scalar(select(Unit.parent_id).where(Unit.id == unit_id)) == who.unit_id


def _lines() -> Select[Incident, str, str, str]:
    return (
        select(Incident, Reception.code, Unit.name, Officer.name)
        .join(Reception, Reception.id == Incident.reception_id)
        .join(Unit, Unit.id == Incident.unit_id)
        .outerjoin(Officer, Officer.id == Incident.changed_by)
    )


def for_technician(db: Session, who: Who, at: datetime) -> tuple[list[IncidentLine], list[IncidentLine]]:
    """Return what is still to be done, newest first, and what was done lately, for the units looked after."""
    if who.role not in rules.SEES:
        return [], []
    mine = _lines().where(or_(Incident.unit_id == who.unit_id, Unit.parent_id == who.unit_id))
    newest = Incident.told_at.desc(), Incident.id.desc()
    standing = mine.where(Incident.state != IncidentState.DONE).order_by(*newest).limit(MOST)
    done = mine.where(Incident.state == IncidentState.DONE, Incident.changed_at > at - DONE_FOR)
    return [_line(*row) for row in db.execute(standing)], [
        _line(*row) for row in db.execute(done.order_by(*newest).limit(MOST))
    ]


def of_reception(db: Session, reception_id: int) -> list[IncidentLine]:
    """Return the incidents of a reception that ``reception_for`` let through, in the order told."""
    rows = db.execute(
        _lines().where(Incident.reception_id == reception_id).order_by(Incident.told_at, Incident.id).limit(MOST)
    )
    return [_line(*row) for row in rows]


def _line(incident: Incident, reception_code: str, unit_name: str, officer: str | None) -> IncidentLine:
    return IncidentLine(
        code=incident.code,
        reception_code=reception_code,
        unit_name=unit_name,
        kind=incident.kind,
        place=incident.place,
        words=incident.words,
        quality=incident.quality,
        told_at=incident.told_at,
        state=incident.state,
        changed_by=officer or "",
        changed_at=incident.changed_at,
        done=incident.done,
    )
