"""Citizens whose devices failed the check: whom the ward is to call back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.incidents import rules_check
from server.intake.rules import RECEIVERS
from server.reception import rules
from server.tables import Appointment, Citizen, DeviceCheck, ReceptionRequest, Slot
from server.who import Who
from server.words import AppointmentState, Kind

MOST_CALLS = 50


@dataclass(frozen=True, slots=True)
class CallLine:
    """Somebody to call: who, when they are expected, what does not work."""

    appointment_code: str
    citizen_name: str
    phone: str
    starts_at: datetime
    wanted_at: datetime
    is_asked: bool
    device: str
    troubles: tuple[tuple[str, str], ...]


def calls(db: Session, who: Who, at: datetime) -> tuple[CallLine, ...]:
    """Return the open calls of the acting officer's unit for appointments still to come, soonest first."""
    if who.role not in rules.DESK:
        return ()
    query = (
        select(DeviceCheck, Appointment.code, Slot.starts_at, Citizen.name, Citizen.phone)
        .join(Appointment, Appointment.id == DeviceCheck.appointment_id)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .where(
            DeviceCheck.unit_id == who.unit_id,
            DeviceCheck.call_wanted_at.is_not(None),
            DeviceCheck.called_at.is_(None),
            Appointment.state.in_({AppointmentState.BOOKED, AppointmentState.KEPT}),
            Slot.ends_at >= at,
        )
        .order_by(Slot.starts_at, DeviceCheck.id)
        .limit(MOST_CALLS)
    )
    if who.role not in RECEIVERS:
        query = query.where(ReceptionRequest.kind != Kind.DENUNCIATION)
    query = query.where(ReceptionRequest.is_without_content.is_(False))
    return tuple(
        CallLine(
            appointment_code=code,
            citizen_name=name,
            phone=phone,
            starts_at=starts_at,
            wanted_at=check.call_wanted_at or at,
            is_asked=check.is_call_asked,
            device=check.device,
            troubles=rules_check.troubles(check.steps),
        )
        for check, code, starts_at, name, phone in db.execute(query)
    )
