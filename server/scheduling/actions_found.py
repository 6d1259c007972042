"""What becomes of an appointment when its matter turns out to be another than was registered."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.intake import actions as intake
from server.scheduling import actions_letters as letters
from server.scheduling import rules
from server.scheduling.actions import give_back, leave, locked_appointment
from server.tables import Appointment
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
    audit.record(db, the_system(), at, "cancelled", About("appointment", appointment.id, appointment.code))


def _booked(db: Session, request_id: int) -> Appointment | None:
    where = Appointment.request_id == request_id, Appointment.state == AppointmentState.BOOKED
    found = db.scalar(select(Appointment.id).where(*where))
    return None if found is None else locked_appointment(db, found)
