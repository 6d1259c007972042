"""Keep what the check of devices found, and call back whoever cannot be heard."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.errors import NotHere, TooMuch
from server.incidents.rules_check import Finding
from server.office import actions as office
from server.reception import rules_door
from server.reception.rules_door import Call
from server.tables import Appointment, DeviceCheck, ReceptionDay, ReceptionRequest, Slot
from server.who import Who
from server.words import Role

HOUR = timedelta(hours=1)


def keep_check(db: Session, at: datetime, appointment_code: str, found: Finding) -> None:
    """Keep what the check of a proven link found; a failure puts a call on the ward's list, once."""
    appointment, check = _check(db, appointment_code)
    appointment.checked_device_at, appointment.device_result = at, found.result.value
    check.checked_at, check.result, check.steps = at, found.result.value, dict(found.steps)
    check.device = text.one_line(found.device)
    is_open = check.call_wanted_at is not None and check.called_at is None
    match rules_door.call_after(found.result, is_open=is_open, is_asked=check.is_call_asked):
        case Call.OPEN:
            _open(db, at, appointment, check, is_asked=False)
        case Call.CLOSE:
            check.call_wanted_at = None
        case Call.LEAVE:
            pass


def ask_call(db: Session, at: datetime, appointment_code: str) -> None:
    """The holder of a proven link wants to be called; asking twice is asking once."""
    appointment, check = _check(db, appointment_code)
    if check.call_wanted_at is None or check.called_at is not None:
        _open(db, at, appointment, check, is_asked=True)
    check.is_call_asked = True


def mark_called(db: Session, who: Who, at: datetime, appointment_code: str) -> None:
    """An officer of the ward called. Pressing twice keeps the first. Raises NotHere."""
    check = db.scalar(
        select(DeviceCheck)
        .join(Appointment, Appointment.id == DeviceCheck.appointment_id)
        .where(Appointment.code == appointment_code, DeviceCheck.unit_id == who.unit_id)
        .with_for_update(of=DeviceCheck)
    )
    if check is None:
        raise NotHere
    if check.call_wanted_at is None or check.called_at is not None:
        return
    check.called_at, check.called_by, check.is_call_asked = at, who.officer_id, False
    about = About("appointment", check.appointment_id, appointment_code, unit_id=check.unit_id)
    audit.record(db, who, at, "called_back", about)


def count_practice(db: Session, at: datetime, who_tries: str) -> str:
    """Count one room for trying out, for an appointment or a unit, and return its name. Raises TooMuch."""
    if office.count_try(db, at, f"practice:{who_tries}", HOUR) > rules_door.PRACTICES_AN_HOUR:
        raise TooMuch("too_often")
    return text.new_code(rules_door.PRACTICE.rstrip("-"), 4, 4)


def _check(db: Session, appointment_code: str) -> tuple[Appointment, DeviceCheck]:
    row = db.execute(
        select(Appointment, ReceptionDay.unit_id)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .where(Appointment.code == appointment_code)
        .with_for_update(of=Appointment)
    ).first()
    if row is None:
        raise NotHere
    appointment, unit_id = row
    check = db.scalar(select(DeviceCheck).where(DeviceCheck.appointment_id == appointment.id))
    if check is None:
        check = DeviceCheck(appointment_id=appointment.id, unit_id=unit_id, result="", steps={}, is_call_asked=False)
        db.add(check)
        db.flush()
    return appointment, check


def _open(db: Session, at: datetime, appointment: Appointment, check: DeviceCheck, *, is_asked: bool) -> None:
    check.call_wanted_at, check.called_at, check.called_by = at, None, None
    check.is_call_asked = is_asked
    request = db.get_one(ReceptionRequest, appointment.request_id)
    citizen = Who(role=Role.CITIZEN, unit_id=check.unit_id, unit_name="", name="", request_id=request.id)
    about = About("appointment", appointment.id, appointment.code, request.case_id, check.unit_id)
    audit.record(db, citizen, at, "wants_call", about, is_asked=is_asked, result=check.result)
