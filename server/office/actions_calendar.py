"""Change the working calendar: every change is a new version that keeps what, why and by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.clock import local
from server.errors import BadForm, FieldError, NotYours
from server.office import queries, queries_calendar, rules
from server.tables import CalendarChange, SpecialDay
from server.who import Who


@dataclass(frozen=True, slots=True)
class DayChange:
    """What a day becomes: worked, off, or (None) as the week says. ``is_past_known``: yes, this day has passed."""

    on: date
    is_working: bool | None
    name: str
    ground: str
    is_past_known: bool = False


def seed_calendar(db: Session, who: Who, at: datetime, years: Iterable[int]) -> list[date]:
    """Enter the known special days of these years of which nobody ever said anything; returns them.

    A day that somebody changed, or let follow the week again, is left alone.
    """
    known = set(db.scalars(select(SpecialDay.on))) | set(db.scalars(select(CalendarChange.on)))
    new = [day for day in rules.public_days(years) if day.on not in known]
    version = _next_version(db)
    for day in new:
        db.add(SpecialDay(on=day.on, is_working=day.is_working, name=day.name, changed_at=at))
        change = DayChange(day.on, day.is_working, day.name, "")
        db.add(_row(who, at, version, change))
    db.flush()
    if new:
        audit.record(db, who, at, "seeded_calendar", About("calendar"), days=len(new), version=version)
    return [day.on for day in new]


def change_day(db: Session, who: Who, at: datetime, change: DayChange) -> int:
    """Make a new version of the calendar and return its number; the same change twice is one.

    Raises NotYours below the top of the tree, and BadForm: ``calendar_year``, ``calendar_same``, or
    ``calendar_past`` for a day gone by that was not confirmed. Terms are moved by ``cases.actions_terms``.
    """
    if not queries_calendar.may_change(db, who):
        raise NotYours("calendar_not_yours")
    day = db.get(SpecialDay, change.on)
    last = queries_calendar.last_change(db, change.on)
    if last is not None and (last.is_working, last.name, last.ground) == (
        change.is_working,
        change.name,
        change.ground,
    ):
        return last.version
    fault = rules.day_fault(change.on, is_working=change.is_working, calendar=queries.calendar(db))
    if fault is not None:
        raise BadForm({"on": fault})
    if change.on < local(at).date() and not change.is_past_known:
        raise BadForm({"is_past_known": FieldError("calendar_past")})
    if change.is_working is None:
        if day is not None:
            db.delete(day)
    elif day is None:
        db.add(SpecialDay(on=change.on, is_working=change.is_working, name=change.name, changed_at=at))
    else:
        day.is_working, day.name, day.changed_at = change.is_working, change.name, at
    version = _next_version(db)
    db.add(_row(who, at, version, change))
    db.flush()
    audit.record(
        db,
        who,
        at,
        "cleared_day" if change.is_working is None else "set_day",
        About("calendar"),
        on=change.on.isoformat(),
        is_working=change.is_working,
        version=version,
    )
    return version


def note_moved(db: Session, version: int, moved: int) -> None:
    """Keep with a version how many open terms it moved."""
    for row in db.scalars(select(CalendarChange).where(CalendarChange.version == version)):
        row.moved = moved


def _row(who: Who, at: datetime, version: int, change: DayChange) -> CalendarChange:
    return CalendarChange(
        version=version,
        on=change.on,
        is_working=change.is_working,
        name=change.name,
        ground=change.ground,
        at=at,
        by_name=who.name,
        officer_id=who.officer_id,
        moved=0,
    )


def _next_version(db: Session) -> int:
    return (db.scalar(select(func.max(CalendarChange.version))) or 0) + 1
