"""What the weekly digest says: only counts, dates and numbers of matters that its reader may open."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.cases import queries_lists as cases
from server.cases import rules as case_rules
from server.office import queries as office
from server.reports import queries_dashboard, rules_week
from server.reports.queries import UnitHead
from server.scheduling.rules import ChairMonth
from server.tables import (
    Appointment,
    Case,
    Deadline,
    DigestRefusal,
    FollowUp,
    Officer,
    OfficerRole,
    OutboxLetter,
    ReceptionDay,
    Slot,
    Unit,
)
from server.who import Who
from server.words import AppointmentState, Channel, UnitKind

MOST = 50
"""Lines of a list on the page; the count above it is whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something with a date: the number of its case, and which term of law it is (blank: it must not be told)."""

    number: str
    code: str
    rule: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Dated:
    """How many there are, and the first of them, the oldest date first."""

    count: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The digest of one reader. ``days`` are the days of the week with receptions, and how many."""

    monday: date
    sunday: date
    terms_late: Dated
    owed_late: Dated
    terms_due: Dated
    owed_due: Dated
    days: tuple[tuple[date, int], ...]
    chair: ChairMonth

    @property
    def receptions(self) -> int:
        """How many receptions the week has."""
        return sum(number for _, number in self.days)


def week(db: Session, who: Who, today: date) -> Week:
    """Return the digest of the week of ``today`` for this person and their unit."""
    monday, sunday = rules_week.week_of(today)
    unit = office.unit_card(db, who.unit_id)
    head = UnitHead(unit.id, unit.code, unit.name, UnitKind.WARD)
    counted = queries_dashboard.chairs(db, (head,), today.replace(day=1), today)
    return Week(
        monday,
        sunday,
        _terms(db, who, Deadline.due_on < today),
        _owed(db, who, FollowUp.due_on < today),
        _terms(db, who, Deadline.due_on.between(today, sunday)),
        _owed(db, who, FollowUp.due_on.between(today, sunday)),
        _days(db, who.unit_id, monday, sunday),
        counted[0].month,
    )


def _terms(db: Session, who: Who, when: Any) -> Dated:
    where = [*cases.visible(db, who), *cases.running(), Case.state.not_in(case_rules.OVER), when]
    rows = db.execute(
        select(Case.number, Case.code, Deadline.rule, Case.is_restricted, Deadline.due_on)
        .join(Case, Case.id == Deadline.case_id)
        .where(*where)
        .order_by(Deadline.due_on, Deadline.id)
        .limit(MOST)
    )
    # A page lies open on a desk: which term runs would tell what is kept secret.
    lines = tuple(Line(number, code, "" if secret else rule, due_on) for number, code, rule, secret, due_on in rows)
    count = select(func.count(Deadline.id)).join(Case, Case.id == Deadline.case_id).where(*where)
    return Dated(_whole(db, count, len(lines)), lines)


def _owed(db: Session, who: Who, when: Any) -> Dated:
    where = [Case.id.in_(select(Case.id).where(*cases.visible(db, who))), FollowUp.state.in_(case_rules.LATE_STATES)]
    where.append(when)
    rows = db.execute(
        select(Case.number, FollowUp.code, FollowUp.due_on)
        .join(Case, Case.id == FollowUp.case_id)
        .where(*where)
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(MOST)
    )
    lines = tuple(Line(number, code, "", due_on) for number, code, due_on in rows)
    count = select(func.count(FollowUp.id)).join(Case, Case.id == FollowUp.case_id).where(*where)
    return Dated(_whole(db, count, len(lines)), lines)


def _whole(db: Session, count: Any, shown: int) -> int:
    return shown if shown < MOST else int(db.scalar(count) or 0)


def _days(db: Session, unit_id: int, monday: date, sunday: date) -> tuple[tuple[date, int], ...]:
    rows = db.execute(
        select(ReceptionDay.held_on, func.count(Appointment.id))
        .join(Slot, Slot.day_id == ReceptionDay.id)
        .join(Appointment, Appointment.slot_id == Slot.id)
        .where(
            ReceptionDay.unit_id == unit_id,
            ReceptionDay.held_on.between(monday, sunday),
            Appointment.state.in_({AppointmentState.BOOKED, AppointmentState.KEPT}),
        )
        .group_by(ReceptionDay.held_on)
        .order_by(ReceptionDay.held_on)
    )
    return tuple((held_on, number) for held_on, number in rows)


@dataclass(frozen=True, slots=True)
class Recipient:
    """An officer to whom the digest of a unit is written, and as whom it is counted."""

    who: Who
    phone: str
    email: str

    def key(self, monday: date) -> str:
        """Name of the letter of one week; a letter is written once under its name."""
        return f"digest:{self.who.unit_id}:{self.who.officer_id}:{monday.isoformat()}"


def units(db: Session) -> list[int]:
    """Return the open wards."""
    return list(db.scalars(select(Unit.id).where(Unit.kind == UnitKind.WARD, Unit.closed_at.is_(None))))


def recipients(db: Session, unit_id: int) -> list[Recipient]:
    """Return who is to get the digest of a unit: once each, and nobody who said no."""
    no = select(DigestRefusal.officer_id)
    rows = db.execute(
        select(Officer, OfficerRole.role, Unit.name)
        .join(OfficerRole, OfficerRole.officer_id == Officer.id)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .where(
            OfficerRole.unit_id == unit_id,
            OfficerRole.role.in_(rules_week.RECIPIENTS),
            Officer.closed_at.is_(None),
            Officer.id.not_in(no),
        )
    )
    found: dict[int, Recipient] = {}
    for officer, role, name in sorted(rows, key=lambda row: rules_week.RECIPIENTS.index(row[1])):
        here = Who(role, unit_id, name, officer.name, officer_id=officer.id)
        found.setdefault(officer.id, Recipient(here, officer.phone, officer.email))
    return list(found.values())


def still_to_write(db: Session, unit_id: int, monday: date) -> list[Recipient]:
    """Return who can be reached and was not written to in this week, on whichever channel."""
    found = [one for one in recipients(db, unit_id) if one.phone or one.email]
    names = [f"{one.key(monday)}:{channel}" for one in found for channel in Channel]
    written = db.scalars(select(OutboxLetter.message_key).where(OutboxLetter.message_key.in_(names)))
    gone = {name.rpartition(":")[0] for name in written}
    return [one for one in found if one.key(monday) not in gone]


def wants_letter(db: Session, who: Who) -> bool:
    """Whether this officer gets the weekly letter."""
    return db.scalar(select(DigestRefusal.officer_id).where(DigestRefusal.officer_id == who.officer_id)) is None
