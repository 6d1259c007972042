"""Take the next number, change a setting, count tries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, literal, select, update
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.errors import BadForm
from server.office import queries, rules
from server.tables import NumberSequence, RateCounter, UnitSetting
from server.tables.base import Moment
from server.who import Who


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


def set_settings(db: Session, who: Who, at: datetime, values: Iterable[NewValue]) -> None:
    """Change several settings at once, those that differ from what is in force. Raises BadForm, and then changes none."""
    for new in values:
        if queries.setting(db, new.unit_id, new.name) != new.value:
            set_setting(db, who, at, new)


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
