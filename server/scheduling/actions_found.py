"""What becomes of an appointment when its matter turns out to be another than was registered."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.intake import actions as intake
from server.office import queries as office
from server.scheduling import actions_letters as letters
from server.scheduling import rules
from server.scheduling.actions import follow, give_back, leave, locked_appointment
from server.tables import Appointment, ReceptionRequest, Slot
from server.who import the_system
from server.words import AppointmentState, AppointmentVerb, RequestVerb


def call_off(db: Session, at: datetime, request_id: int) -> None:
    """Take back the appointment of a matter that this unit may not hear; the citizen is written to. Twice is once."""
    appointment = _booked(db, request_id)
    if appointment is None:
        return
    give_back(db, appointment.slot_id)
    leave(db, at, appointment, rules.appointment_after(appointment.state, AppointmentVerb.CANCEL), "")
    intake.move(db, the_system(), at, request_id, RequestVerb.UNSCHEDULE)
    # The letter leads to the registration: the link of the slip is of no use any more.
    letters.send(db, at, b"", appointment.id, "called_off")
    request = db.get_one(ReceptionRequest, request_id)
    where = About("appointment", appointment.id, appointment.code, request.case_id, request.unit_id)
    audit.record(db, the_system(), at, "cancelled", where)


def bring_in_person(db: Session, at: datetime, links: bytes, request_id: int) -> None:
    """Keep the hour of a denunciation that was booked online, but in person; the citizen is written to (F41).

    ``links`` is the key of links. Where the office receives denunciations online, nothing changes. Twice is once.
    """
    old = _booked(db, request_id)
    request = db.get_one(ReceptionRequest, request_id)
    is_allowed = office.setting(db, request.unit_id, "is_denunciation_online") == 1
    if old is None or old.is_in_person or rules.may_receive_online(request.kind, denunciations_allowed=is_allowed):
        return
    leave(db, at, old, rules.appointment_after(old.state, AppointmentVerb.MOVE), "")
    new = follow(db, at, old, old.slot_id, is_in_person=True)
    # Without a ground: it would tell what the matter is (F66).
    letters.send(db, at, links, new.id, "moved", {"ground": ""})
    letters.remind(db, at, links, new.id, db.get_one(Slot, new.slot_id).starts_at)
    about = About("appointment", old.id, old.code, request.case_id, request.unit_id)
    audit.record(db, the_system(), at, "moved", about, to=new.code)


def _booked(db: Session, request_id: int) -> Appointment | None:
    where = Appointment.request_id == request_id, Appointment.state == AppointmentState.BOOKED
    found = db.scalar(select(Appointment.id).where(*where))
    return None if found is None else locked_appointment(db, found)
