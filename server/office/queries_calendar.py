"""The working calendar as it is listed: special days of a year, and how it came to be so."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.tables import CalendarChange, SpecialDay, Unit
from server.who import Who
from server.words import Role

SHOWN_CHANGES = 50


@dataclass(frozen=True, slots=True)
class Special:
    """A special day as it is listed."""

    on: date
    is_working: bool
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """One day of one version. ``is_working`` None: the day follows the week again."""

    version: int
    on: date
    is_working: bool | None
    name: str
    ground: str
    at: datetime
    by_name: str
    moved: int


def special_days(db: Session, year: int) -> list[Special]:
    """Return the special days of one year in order."""
    rows = db.scalars(
        select(SpecialDay)
        .where(SpecialDay.on >= date(year, 1, 1), SpecialDay.on <= date(year, 12, 31))
        .order_by(SpecialDay.on)
    )
    return [Special(day.on, day.is_working, day.name) for day in rows]


def changes(db: Session) -> list[Change]:
    """Return the newest changes of the calendar, newest first; what was seeded has no ground and is left out."""
    rows = db.scalars(
        select(CalendarChange)
        .where(CalendarChange.ground != "")
        .order_by(CalendarChange.version.desc(), CalendarChange.on)
        .limit(SHOWN_CHANGES)
    )
    return [_change(row) for row in rows]


def last_change(db: Session, on: date) -> Change | None:
    """Return the last thing that was said of a day, or None."""
    row = db.scalar(
        select(CalendarChange).where(CalendarChange.on == on).order_by(CalendarChange.version.desc()).limit(1)
    )
    return None if row is None else _change(row)


def may_change(db: Session, who: Who) -> bool:
    """Whether this person may change the calendar: it is one for all, so only at the top of the tree."""
    if who.role is not Role.SYS_ADMIN:
        return False
    return not who.is_staff or db.scalar(select(Unit.parent_id).where(Unit.id == who.unit_id)) is None


def _change(row: CalendarChange) -> Change:
    return Change(row.version, row.on, row.is_working, row.name, row.ground, row.at, row.by_name, row.moved)
