"""The receptions of a day, for whoever may know of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from server.clock import at_office
from server.intake.rules import RECEIVERS
from server.reception import rules
from server.reception.queries import joined
from server.tables import (
    Appointment,
    Case,
    Citizen,
    Officer,
    Reception,
    ReceptionDay,
    ReceptionMember,
    ReceptionRequest,
    Slot,
    Unit,
)
from server.who import Who
from server.words import AppointmentState, Kind, Place, ReceptionState
from signaling.roles import RoomRole


@dataclass(frozen=True, slots=True)
class TodayLine:
    """One reception of a day; names and subject are empty for those who see the schedule only."""

    code: str
    appointment_code: str
    starts_at: datetime
    ends_at: datetime
    state: ReceptionState
    unit_name: str
    place: str
    citizen_name: str
    subject: str
    group_size: int
    is_in_person: bool
    is_from_home: bool
    chair_name: str
    checked_device_at: datetime | None
    device_result: str
    is_watched: bool
    """To be watched from a seat without a voice: the room may be entered, its desk not opened."""


def today(db: Session, who: Who, on: date) -> list[TodayLine]:
    """Return the receptions of a day that this person may know of, in order of their hour."""
    first, last = at_office(on, 0, 0), at_office(on, 23, 59)
    live = {AppointmentState.BOOKED, AppointmentState.KEPT}
    query = (
        joined(
            *(Appointment, Slot, ReceptionDay, ReceptionRequest, Citizen.name),
            *(Unit.name, Officer.name, Reception, Case.is_restricted),
        )
        .outerjoin(Case, Case.id == ReceptionRequest.case_id)
        .where(Slot.starts_at.between(first, last), Appointment.state.in_(live))
        .order_by(Slot.starts_at)
    )
    if who.role in rules.DESK | rules.SCHEDULE_ONLY:
        query = query.where(ReceptionDay.unit_id == who.unit_id)
    elif who.role in rules.INVITED:
        mine = select(ReceptionMember.reception_id).where(
            ReceptionMember.officer_id == who.officer_id, ReceptionMember.invited_by.is_not(None)
        )
        query = query.where((ReceptionDay.chair_id == who.officer_id) | Reception.id.in_(mine))
    else:
        return []
    rows = db.execute(query).all()
    watched = _watched(db, who, [row.Reception.id for row in rows if row.Reception is not None])
    return [_today_line(who, watched, row) for row in rows]


def _watched(db: Session, who: Who, ids: list[int]) -> set[int]:
    found = select(ReceptionMember.reception_id).where(
        ReceptionMember.reception_id.in_(ids),
        ReceptionMember.officer_id == who.officer_id,
        ReceptionMember.invited_by.is_not(None),
        ReceptionMember.room_role == RoomRole.OBSERVER,
    )
    return set(db.scalars(found))


def _today_line(who: Who, watched: set[int], row: Row[Any]) -> TodayLine:
    appointment, slot, day, request, citizen_name, unit_name, chair_name, reception, is_restricted = tuple(row)
    # What came up in the room, or was found on the petition, is as secret as what was registered so.
    is_denunciation = request.kind is Kind.DENUNCIATION or bool(is_restricted)
    is_secret = request.is_without_content or (
        is_denunciation and (who.role not in RECEIVERS or who.unit_id != request.unit_id)
    )
    hidden = is_secret or who.role in rules.SCHEDULE_ONLY
    return TodayLine(
        code=reception.code if reception else "",
        appointment_code=appointment.code,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        state=reception.state if reception else ReceptionState.SCHEDULED,
        unit_name=unit_name,
        place=day.place,
        citizen_name="" if hidden else citizen_name,
        subject="" if hidden else request.subject,
        group_size=0 if is_secret else request.group_size,
        is_in_person=appointment.is_in_person,
        is_from_home=request.place is Place.HOME and not appointment.is_in_person,
        chair_name=chair_name,
        checked_device_at=appointment.checked_device_at,
        device_result=appointment.device_result,
        is_watched=reception is not None and reception.id in watched,
    )
