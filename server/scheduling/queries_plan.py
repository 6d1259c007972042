"""What planning a day must know: who may preside, who is busy, what may not be said in public."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.accounts import queries as accounts
from server.scheduling import queries_chair, rules
from server.scheduling.rules import ChairMonth, SlotTime
from server.tables import Appointment, Citizen, ReceptionDay, ReceptionRequest, Slot
from server.who import Who
from server.words import AppointmentState, DayKind, DayState, RequestState, Role


def chairs(db: Session, who: Who) -> list[accounts.OfficerLine]:
    """Return the officers who may preside over a day of this unit."""
    return accounts.holders(db, who.unit_id, rules.CHAIRS)


def is_ward_chair(db: Session, unit_id: int, officer_id: int) -> bool:
    """Whether this officer is the unit's own head; anybody else presides by delegation."""
    return any(line.id == officer_id for line in accounts.holders(db, unit_id, frozenset({Role.WARD_CHAIR})))


def is_chair_busy(db: Session, chair_id: int, slots: tuple[SlotTime, ...], but: int = 0) -> bool:
    """Whether the chair presides over another live day whose slots run into these."""
    if not slots:
        return False
    rows = db.execute(
        select(Slot.starts_at, Slot.ends_at, Slot.capacity)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .where(
            ReceptionDay.chair_id == chair_id,
            ReceptionDay.id != but,
            ReceptionDay.state.in_((DayState.DRAFT, DayState.PUBLISHED)),
            Slot.starts_at < max(slot.ends_at for slot in slots),
            Slot.ends_at > min(slot.starts_at for slot in slots),
        )
    )
    return rules.overlaps(slots, (SlotTime(*row) for row in rows))


SPOKEN_OF_FOR = timedelta(days=365)
"""How long after a reception a public text may still speak of whoever was heard."""


def secrets_of(db: Session, unit_id: int, at: datetime) -> list[str]:
    """Return what no public text may contain: names and subjects of open requests, and of those heard within a year."""
    over = (RequestState.DECLINED, RequestState.WITHDRAWN, RequestState.REFERRED, RequestState.ON_PAPER)
    is_recent = or_(ReceptionRequest.state != RequestState.HEARD, ReceptionRequest.changed_at >= at - SPOKEN_OF_FOR)
    return _secrets(db, ReceptionRequest.unit_id == unit_id, ReceptionRequest.state.not_in(over), is_recent)


def secrets_of_day(db: Session, day_id: int) -> list[str]:
    """Return what no public text of a day may contain: names and subjects of whoever was ever booked into it."""
    booked = select(Appointment.request_id).join(Slot, Slot.id == Appointment.slot_id).where(Slot.day_id == day_id)
    return _secrets(db, ReceptionRequest.id.in_(booked))


def _secrets(db: Session, *where: ColumnElement[bool]) -> list[str]:
    wanted = (
        select(Citizen.name, ReceptionRequest.subject, ReceptionRequest.kind)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .where(*where)
    )
    return [
        words
        for name, subject, kind in db.execute(wanted)
        for words in (name, rules.secret_subject(subject, kind))
        if words
    ]


def digits_in_use(db: Session, digits: str) -> bool:
    """Whether a live appointment carries these six digits."""
    return (
        db.scalar(
            select(Appointment.id).where(Appointment.digits == digits, Appointment.state == AppointmentState.BOOKED)
        )
        is not None
    )


def slot_times(db: Session, day_id: int) -> tuple[SlotTime, ...]:
    """Return the plan of a day."""
    rows = db.execute(
        select(Slot.starts_at, Slot.ends_at, Slot.capacity).where(Slot.day_id == day_id).order_by(Slot.starts_at)
    )
    return tuple(SlotTime(*row) for row in rows)


def chair_months(db: Session, who: Who, months: Iterable[tuple[int, int]], today: date) -> list[ChairMonth]:
    """Return the ward chair's counter for each (year, month) (Article 15)."""
    wanted = sorted(months)
    (first_year, first_month), (last_year, last_month) = wanted[0], wanted[-1]
    until = date(last_year + last_month // 12, last_month % 12 + 1, 1)
    days = queries_chair.chair_days(db, [who.unit_id], date(first_year, first_month, 1), until)
    found = days.get(who.unit_id, [])
    return [rules.chair_month(found, year, month, today) for year, month in wanted]


def leader_days(db: Session, who: Who, year: int) -> set[date]:
    """Return the days of a year, and the first week after it, on which a leader of this unit is planned to receive."""
    live = (DayState.DRAFT, DayState.PUBLISHED, DayState.CLOSED)
    return set(
        db.scalars(
            select(ReceptionDay.held_on).where(
                ReceptionDay.unit_id == who.unit_id,
                ReceptionDay.kind != DayKind.REGULAR,
                ReceptionDay.state.in_(live),
                ReceptionDay.held_on >= date(year, 1, 1),
                ReceptionDay.held_on <= date(year + 1, 1, 7),
            )
        )
    )
