"""The days on which heads receive, as the counter of the chair needs them: held by a deputy, begun without the chair."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from server.scheduling import rules
from server.scheduling.rules import ChairDay
from server.tables import Appointment, Reception, ReceptionDay, ReceptionMember, RoomNote, Slot
from server.words import AppointmentState, DayKind

_CAME = ("connected", "returned")


def chair_days(db: Session, unit_ids: Collection[int], first: date, until: date) -> dict[int, list[ChairDay]]:
    """Return the days of these units from a day on and before another one, by unit."""
    here = (ReceptionDay.unit_id.in_(unit_ids), ReceptionDay.held_on >= first, ReceptionDay.held_on < until)
    alone = without_chair(db, unit_ids, first, until).days
    found: dict[int, list[ChairDay]] = {}
    for day in db.execute(
        select(
            ReceptionDay.id,
            ReceptionDay.unit_id,
            ReceptionDay.held_on,
            ReceptionDay.state,
            ReceptionDay.kind,
            ReceptionDay.is_delegated,
        )
        .where(*here)
        .order_by(ReceptionDay.held_on)
    ):
        one = ChairDay(day.held_on, day.state, day.kind, day.is_delegated, is_without_chair=day.id in alone)
        found.setdefault(day.unit_id, []).append(one)
    return found


@dataclass(frozen=True, slots=True)
class WithoutChair:
    """Receptions of the head's own days that were held without the head, and the days that had no other."""

    receptions: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()


def without_chair(db: Session, unit_ids: Collection[int], first: date, until: date) -> WithoutChair:
    """Return what was held without the head on days from one on and before another one.

    A day to which nobody came is the head's.
    """
    was_there = (
        select(ReceptionMember.id)
        .where(
            ReceptionMember.reception_id == Reception.id,
            ReceptionMember.room_role == "chair",
            ReceptionMember.first_connected_at.is_not(None),
            or_(ReceptionMember.last_left_at.is_(None), ReceptionMember.last_left_at > Reception.began_at),
        )
        .exists()
    )
    # The notes of a room are many: they are read of the few receptions only in which no chair was seen.
    doubtful = (
        select(Reception.id, Slot.day_id)
        .join(Appointment, Appointment.id == Reception.appointment_id)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .where(
            Reception.began_at.is_not(None),
            ReceptionDay.kind != DayKind.REGULAR,
            ReceptionDay.is_delegated.is_(False),
            ReceptionDay.unit_id.in_(unit_ids),
            ReceptionDay.held_on >= first,
            ReceptionDay.held_on < until,
            ~was_there,
        )
    )
    days = {reception_id: day_id for reception_id, day_id in db.execute(doubtful)}  # noqa: C416 rows are not pairs to mypy
    receptions = frozenset(_lacking(db, days))
    alone = Counter(days[reception_id] for reception_id in receptions)
    kept = db.execute(
        select(Slot.day_id, func.count(Appointment.id))
        .join(Appointment, Appointment.slot_id == Slot.id)
        .where(Slot.day_id.in_(alone), Appointment.state == AppointmentState.KEPT)
        .group_by(Slot.day_id)
    )
    return WithoutChair(receptions, frozenset(day_id for day_id, count in kept if alone[day_id] >= count))


def _lacking(db: Session, reception_ids: Collection[int]) -> list[int]:
    """Return those of the receptions that began without the chair, who did not come later either."""
    later, chair = aliased(RoomNote), aliased(ReceptionMember)
    came = (
        select(later.id)
        .join(chair, (chair.reception_id == later.reception_id) & (chair.member == later.member))
        .where(
            later.reception_id == RoomNote.reception_id,
            later.seq > RoomNote.seq,
            later.kind.in_(_CAME),
            chair.room_role == "chair",
        )
        .exists()
    )
    began = db.execute(
        select(RoomNote.reception_id, RoomNote.facts).where(
            RoomNote.reception_id.in_(reception_ids), RoomNote.kind == "began", ~came
        )
    )
    return [reception_id for reception_id, facts in began if rules.began_without_chair(facts.get("lacking", ()))]
