"""Tick off lines beside a reception: the opening script, the paper procedure, the city's alerts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.errors import NotHere
from server.reception import queries, queries_desk, rules_desk
from server.tables import Reception, ReceptionTick
from server.who import Who
from server.words import TickList
from signaling.roles import DESK


@dataclass(frozen=True, slots=True)
class Ticking:
    """One line of one list, done or not done after all."""

    list: TickList
    code: str
    is_done: bool


def tick(db: Session, who: Who, at: datetime, code: str, ticking: Ticking) -> None:
    """Tick a line of a reception this officer holds, or take the tick back. Twice is once. Raises NotHere."""
    found = queries.reception_for(db, who, code)
    if found.unit_id != who.unit_id or found.room_role not in DESK or ticking.list is TickList.ALERT:
        raise NotHere
    if ticking.code not in rules_desk.lines_of(ticking.list, found.stopped_ground):
        raise NotHere
    if _set(db, who, at, found.id, ticking):
        about = About("reception", found.id, found.code, found.case_id, found.unit_id)
        facts = {"list": ticking.list.value, "line": ticking.code, "done": ticking.is_done}
        audit.record(db, who, at, "ticked_line", about, **facts)


def take_alert(db: Session, who: Who, at: datetime, code: str, alert: str) -> None:
    """Say that an alert is being dealt with; it comes back if it lasts. Raises NotHere."""
    reception_id, code, case_id, unit_id = queries_desk.city_reception(db, who, code)
    if alert not in rules_desk.lines_of(TickList.ALERT, ""):
        raise NotHere
    row = _row(db, reception_id, Ticking(TickList.ALERT, alert, is_done=True))
    if row is not None and rules_desk.is_taken(row.at, at):
        return
    if row is not None:
        row.at, row.officer_id = at, who.officer_id or 0
    else:
        _set(db, who, at, reception_id, Ticking(TickList.ALERT, alert, is_done=True))
    audit.record(db, who, at, "took_alert", About("reception", reception_id, code, case_id, unit_id), alert=alert)


def _set(db: Session, who: Who, at: datetime, reception_id: int, ticking: Ticking) -> bool:
    # Held, so that two presses at once make one row.
    db.scalars(select(Reception.id).where(Reception.id == reception_id).with_for_update()).one()
    row = _row(db, reception_id, ticking)
    if (row is not None) == ticking.is_done:
        return False
    if row is not None:
        db.delete(row)
    else:
        db.add(
            ReceptionTick(
                reception_id=reception_id, list=ticking.list, code=ticking.code, officer_id=who.officer_id, at=at
            )
        )
    db.flush()
    return True


def _row(db: Session, reception_id: int, ticking: Ticking) -> ReceptionTick | None:
    return db.scalar(
        select(ReceptionTick).where(
            ReceptionTick.reception_id == reception_id,
            ReceptionTick.list == ticking.list,
            ReceptionTick.code == ticking.code,
        )
    )
