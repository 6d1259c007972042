"""Change the calendar, take the next number, change a setting, count tries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, delete, literal, select, update
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.errors import BadForm
from server.office import rules
from server.tables import NumberSequence, RateCounter, SpecialDay, UnitSetting
from server.tables.base import Moment
from server.who import Who


def seed_calendar(db: Session, who: Who, at: datetime, years: Iterable[int]) -> int:
    """Enter the known special days of these years where nobody did; returns how many."""
    added = 0
    for day in rules.public_days(years):
        if db.get(SpecialDay, day.on) is None:
            db.add(SpecialDay(on=day.on, is_working=day.is_working, name=day.name, changed_at=at))
            added += 1
    db.flush()
    if added:
        audit.record(db, who, at, "seeded_calendar", About("calendar"), days=added)
    return added


def set_day(db: Session, who: Who, at: datetime, on: date, name: str, *, is_working: bool) -> None:
    """Say that a day is worked or not. Terms computed before keep their date."""
    day = db.get(SpecialDay, on)
    if day is None:
        db.add(SpecialDay(on=on, is_working=is_working, name=name, changed_at=at))
    else:
        day.is_working, day.name, day.changed_at = is_working, name, at
    audit.record(db, who, at, "set_day", About("calendar"), on=on.isoformat(), is_working=is_working)


def clear_day(db: Session, who: Who, at: datetime, on: date) -> None:
    """Let a day follow the week again."""
    day = db.get(SpecialDay, on)
    if day is not None:
        db.delete(day)
        audit.record(db, who, at, "cleared_day", About("calendar"), on=on.isoformat())


def next_number(db: Session, unit_id: int, register: str, year: int) -> int:
    """Return the next number of a register; a transaction that fails gives it back."""
    taken = db.execute(
        update(NumberSequence)
        .where(
            NumberSequence.unit_id == unit_id,
            NumberSequence.register == register,
            NumberSequence.year == year,
        )
        .values(last=NumberSequence.last + 1)
        .returning(NumberSequence.last),
        execution_options={"synchronize_session": False},
    ).scalar()
    if taken is not None:
        return taken
    db.add(NumberSequence(unit_id=unit_id, register=register, year=year, last=1))
    db.flush()
    return 1


@dataclass(frozen=True, slots=True)
class NewValue:
    """A setting to be changed."""

    unit_id: int
    name: str
    value: int


def set_setting(db: Session, who: Who, at: datetime, new: NewValue) -> None:
    """Change a setting of a unit. Raises BadForm outside its bounds (limits only shorter)."""
    fault = rules.setting_fault(new.name, new.value)
    if fault is not None:
        raise BadForm({new.name: fault})
    row = db.scalar(select(UnitSetting).where(UnitSetting.unit_id == new.unit_id, UnitSetting.name == new.name))
    if row is None:
        row = UnitSetting(unit_id=new.unit_id, name=new.name, value="", changed_at=at, changed_by=who.officer_id)
        db.add(row)
    row.value, row.changed_at, row.changed_by = str(new.value), at, who.officer_id
    audit.record(
        db,
        who,
        at,
        "set_setting",
        About("setting", unit_id=new.unit_id),
        name=new.name,
        value=new.value,
    )


def count_try(db: Session, at: datetime, bucket: str, window: timedelta) -> int:
    """Count one try and return how many the running window has seen, this one included."""
    is_over = RateCounter.window_at <= at - window
    # One statement: of several tries at the same moment each counts.
    counted = db.execute(
        update(RateCounter)
        .where(RateCounter.bucket == bucket)
        .values(
            count=case((is_over, 1), else_=RateCounter.count + 1),
            window_at=case((is_over, literal(at, Moment())), else_=RateCounter.window_at),
        )
        .returning(RateCounter.count),
        execution_options={"synchronize_session": False},
    ).scalar()
    if counted is not None:
        return counted
    db.add(RateCounter(bucket=bucket, window_at=at, count=1))
    db.flush()
    return 1


def forget_tries(db: Session, bucket: str) -> None:
    """Start a bucket anew: the person proved who they are."""
    db.execute(
        update(RateCounter).where(RateCounter.bucket == bucket).values(count=0),
        execution_options={"synchronize_session": False},
    )


def give_back_try(db: Session, bucket: str) -> None:
    """Take one counted try back: it was a good one, and others count on the same bucket."""
    db.execute(
        update(RateCounter)
        .where(RateCounter.bucket == bucket, RateCounter.count > 0)
        .values(count=RateCounter.count - 1),
        execution_options={"synchronize_session": False},
    )


def sweep_tries(db: Session, at: datetime) -> None:
    """Forget counters whose window ended long ago."""
    db.execute(
        delete(RateCounter).where(RateCounter.window_at < at - timedelta(days=2)),
        execution_options={"synchronize_session": False},
    )
