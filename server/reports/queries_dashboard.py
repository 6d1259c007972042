"""What wards and the city ask of their own work (domain.md 6.4), each from one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.cases.queries_lists import running
from server.cases.rules import LATE_STATES, OVER
from server.reports.queries import UnitHead
from server.reports.queries_sources import way_received
from server.scheduling import queries_chair
from server.scheduling.rules import ChairMonth, chair_month
from server.tables import (
    Appointment,
    Case,
    Deadline,
    FollowUp,
    Minutes,
    Officer,
    Reception,
    ReceptionDay,
    Slot,
    Unit,
)
from server.words import AppointmentState, DayState, MinutesState, ReceptionState, UnitKind

MONTHS = 12
NOTICE = "D1"
"""The term of the notice of handling (domain.md 2.4)."""


@dataclass(frozen=True, slots=True)
class Chair:
    """The counter of a unit's head for a month (Law on Citizen Reception, Article 15)."""

    unit: str
    month: ChairMonth


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The figures of a month and of today."""

    month: date
    chairs: tuple[Chair, ...]
    posted_late: int
    notices_late: int
    terms_late: int
    owed_late: tuple[tuple[str, int], ...]
    minutes_open: int
    duty: tuple[tuple[str, int], ...]
    by_month: tuple[tuple[date, Mapping[str, int]], ...]

    @property
    def short(self) -> tuple[Chair, ...]:
        """The heads who fall short of their days this month."""
        return tuple(chair for chair in self.chairs if chair.month.is_short)


def dashboard(db: Session, units: tuple[UnitHead, ...], today: date) -> Dashboard:
    """Return the dashboard of units that were found open to the person."""
    ids = tuple(unit.id for unit in units)
    first = today.replace(day=1)
    last = next_month(first) - timedelta(1)
    return Dashboard(
        first,
        chairs(db, units, first, today),
        _posted_late(db, ids, first, last),
        _terms_late(db, ids, today, notices=True),
        _terms_late(db, ids, today, notices=False),
        _owed_late(db, ids, today),
        _minutes_open(db, ids),
        _duty(db, ids, first, min(last, today)),
        _by_month(db, ids, first, today),
    )


def next_month(first: date) -> date:
    """Return the first day of the month after."""
    return (first + timedelta(31)).replace(day=1)


def chairs(db: Session, units: tuple[UnitHead, ...], first: date, today: date) -> tuple[Chair, ...]:
    """Return the counter of the month that begins on `first` for each ward among the units."""
    days = queries_chair.chair_days(db, [unit.id for unit in units], first, next_month(first))
    return tuple(
        Chair(unit.name, chair_month(days.get(unit.id, []), first.year, first.month, today))
        for unit in units
        if unit.kind is UnitKind.WARD
    )


def _posted_late(db: Session, ids: tuple[int, ...], first: date, last: date) -> int:
    where = (ReceptionDay.unit_id.in_(ids), ReceptionDay.held_on.between(first, last), ReceptionDay.is_posted_late)
    return db.scalar(select(func.count()).select_from(ReceptionDay).where(*where)) or 0


def _terms_late(db: Session, ids: tuple[int, ...], today: date, *, notices: bool) -> int:
    """How many terms of law have passed unmet: notices of handling (D1), or all others."""
    where = [*running(), Deadline.due_on < today, Case.unit_id.in_(ids), Case.state.not_in(OVER)]
    where.append(Deadline.rule == NOTICE if notices else Deadline.rule != NOTICE)
    return db.scalar(select(func.count(Deadline.id)).join(Case, Case.id == Deadline.case_id).where(*where)) or 0


def _owed_late(db: Session, ids: tuple[int, ...], today: date) -> tuple[tuple[str, int], ...]:
    count = func.count(FollowUp.id)
    rows = db.execute(
        select(Unit.name, count)
        .join(FollowUp, FollowUp.owner_unit_id == Unit.id)
        .join(Case, Case.id == FollowUp.case_id)
        .where(Case.unit_id.in_(ids), FollowUp.state.in_(LATE_STATES), FollowUp.due_on < today)
        .group_by(Unit.id, Unit.name)
        .order_by(count.desc(), Unit.name)
    )
    return tuple((name, number) for name, number in rows)


def _minutes_open(db: Session, ids: tuple[int, ...]) -> int:
    where = (
        Reception.unit_id.in_(ids),
        Reception.state == ReceptionState.ENDED,
        or_(Minutes.id.is_(None), Minutes.state != MinutesState.SEALED),
    )
    return (
        db.scalar(
            select(func.count(Reception.id)).outerjoin(Minutes, Minutes.reception_id == Reception.id).where(*where)
        )
        or 0
    )


def _duty(db: Session, ids: tuple[int, ...], first: date, last: date) -> tuple[tuple[str, int], ...]:
    """On how many days each officer presided, for the allowance; most days first."""
    count = func.count(func.distinct(ReceptionDay.held_on))
    came = (
        select(Appointment.id)
        .join(Slot, Slot.id == Appointment.slot_id)
        .where(Slot.day_id == ReceptionDay.id, Appointment.state == AppointmentState.KEPT)
        .exists()
    )
    rows = db.execute(
        select(Officer.name, count)
        .join(ReceptionDay, ReceptionDay.chair_id == Officer.id)
        .where(
            ReceptionDay.unit_id.in_(ids),
            ReceptionDay.held_on.between(first, last),
            or_(ReceptionDay.state == DayState.CLOSED, came),
        )
        .group_by(Officer.id, Officer.name)
        .order_by(count.desc(), Officer.name)
    )
    return tuple((name, number) for name, number in rows)


def _by_month(
    db: Session, ids: tuple[int, ...], month: date, today: date
) -> tuple[tuple[date, Mapping[str, int]], ...]:
    """Receptions of the last twelve months, by the way citizens were received."""
    months = [month]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(1)).replace(day=1))
    months.reverse()
    way = way_received(queries_chair.without_chair(db, ids, months[0], today + timedelta(1)))
    held = (
        select(ReceptionDay.held_on.label("held_on"), way.label("way"))
        .join(Slot, Slot.day_id == ReceptionDay.id)
        .join(Appointment, Appointment.slot_id == Slot.id)
        .outerjoin(Reception, Reception.appointment_id == Appointment.id)
        .where(
            ReceptionDay.unit_id.in_(ids),
            ReceptionDay.held_on.between(months[0], today),
            Appointment.state == AppointmentState.KEPT,
            or_(Reception.id.is_(None), Reception.state.in_((ReceptionState.ENDED, ReceptionState.SEALED))),
        )
        .subquery()
    )
    found: dict[date, dict[str, int]] = {each: {"regular": 0, "leader": 0, "delegated": 0} for each in months}
    rows = db.execute(select(held.c.held_on, held.c.way, func.count()).group_by(held.c.held_on, held.c.way))
    for held_on, name, number in rows:
        found[held_on.replace(day=1)][name] += int(number)
    return tuple(found.items())
