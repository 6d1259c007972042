"""The minutes of a day to which nobody came: whether there are any, what they print, where the paper is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.clock import local
from server.errors import NotHere
from server.i18n import date_vi, paper_date, time_vi
from server.scheduling import queries
from server.tables import Appointment, DayMinutes, Document, Officer, ReceptionDay, Slot, Unit
from server.who import Who
from server.words import AppointmentState


@dataclass(frozen=True, slots=True)
class EmptyMinutes:
    """Minutes of a day to which nobody came, as the day's page shows them."""

    number: str
    written_by: str
    written_at: datetime
    is_printed: bool


@dataclass(frozen=True, slots=True)
class DayPaper:
    """The printed minutes of a day."""

    document_id: int
    document_code: str
    unit_id: int
    stored_as: str


def minutes_of(db: Session, day_id: int) -> EmptyMinutes | None:
    """Return the minutes of a day that the caller may open, or None."""
    row = db.scalar(select(DayMinutes).where(DayMinutes.day_id == day_id))
    if row is None:
        return None
    return EmptyMinutes(row.number, row.written_by, row.written_at, row.document_id is not None)


def kept_count(db: Session, day_id: int) -> int:
    """Return how many appointments of a day were kept: its receptions (lượt)."""
    return _count(db, day_id, AppointmentState.KEPT)


def _count(db: Session, day_id: int, state: AppointmentState) -> int:
    found = select(func.count(Appointment.id)).join(Slot, Slot.id == Appointment.slot_id)
    return db.scalar(found.where(Slot.day_id == day_id, Appointment.state == state)) or 0


def paper_of(db: Session, who: Who, code: str) -> DayPaper:
    """Return the printed minutes of a day of the own unit. Raises NotHere."""
    day = queries.day_for(db, who, code).day
    row = db.execute(
        select(Document.id, Document.code, Document.unit_id, Document.stored_as)
        .join(DayMinutes, DayMinutes.document_id == Document.id)
        .where(DayMinutes.day_id == day.id)
    ).first()
    if row is None:
        raise NotHere
    return DayPaper(*row)


def to_print(db: Session, code: str) -> dict[str, Any] | None:
    """Return what ``print/day_minutes.typ`` prints, or None when it was printed."""
    found = db.execute(
        select(ReceptionDay, DayMinutes, Officer, Unit)
        .join(DayMinutes, DayMinutes.day_id == ReceptionDay.id)
        .join(Officer, Officer.id == ReceptionDay.chair_id)
        .join(Unit, Unit.id == ReceptionDay.unit_id)
        .where(ReceptionDay.code == code, DayMinutes.document_id.is_(None))
    ).first()
    if found is None:
        return None
    day, minutes, chair, unit = found
    parent = db.get(Unit, unit.parent_id) if unit.parent_id else None
    first, last = db.execute(
        select(func.min(Slot.starts_at), func.max(Slot.ends_at)).where(Slot.day_id == day.id)
    ).one()
    return {
        "code": day.code,
        "parent_agency": parent.name if parent else "",
        "agency": unit.name,
        "locality": unit.locality,
        "place": day.place or unit.reception_place,
        "number": minutes.number,
        "date": paper_date(local(minutes.written_at).date()),
        "held": paper_date(day.held_on),
        "from": time_vi(first),
        "until": time_vi(last),
        "published": date_vi(day.published_at),
        "is_periodic": day.kind.value == "periodic",
        "chair": {"name": chair.name, "title": chair.title, "is_deputy": day.is_delegated},
        "clerk": minutes.written_by,
        "attendees": [line.strip() for line in day.attendees.split("\n") if line.strip()],
        "missed": _count(db, day.id, AppointmentState.MISSED),
        "ended": time_vi(minutes.written_at),
    }
