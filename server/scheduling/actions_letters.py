"""What citizens are written about their appointments. No letter names a matter (domain.md F66)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import outbox
from server.clock import local
from server.i18n import date_vi, time_vi
from server.outbox import Letter
from server.scheduling import rules
from server.tables import Appointment, Citizen, ReceptionDay, ReceptionRequest, Slot

REMINDERS = ("reminder_day_before", "reminder_hour_before")


def send(
    db: Session,
    at: datetime,
    links: bytes,
    appointment_id: int,
    template: str,
    more: Mapping[str, str] | None = None,
) -> None:
    """Write to the citizen about an appointment, once per template however often it is asked."""
    outbox.put(db, _letter(db, links, appointment_id, template, more or {}), at)


def remind(db: Session, at: datetime, links: bytes, appointment_id: int, starts_at: datetime) -> None:
    """Lay the reminders that are still to come: 17:00 the day before, and one hour before."""
    for template, due_at in rules.reminders_at(starts_at):
        if due_at > at:
            outbox.put(db, _letter(db, links, appointment_id, template, {}), at, due_at)


def drop_reminders(db: Session, code: str) -> None:
    """Withdraw the reminders of an appointment that will not be kept."""
    for template in REMINDERS:
        outbox.drop(db, f"{template}:{code}")


def _letter(db: Session, links: bytes, appointment_id: int, template: str, more: Mapping[str, str]) -> Letter:
    appointment, slot, day, request, citizen = db.execute(
        select(Appointment, Slot, ReceptionDay, ReceptionRequest, Citizen)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .where(Appointment.id == appointment_id)
    ).one()
    facts = {
        "code": appointment.code,
        "date": date_vi(local(slot.starts_at).date()),
        "time": time_vi(slot.starts_at),
        "place": day.place if appointment.is_in_person else "",
        "digits": "" if appointment.is_in_person else appointment.digits,
        "path": f"/hen/{rules.link_token(links, appointment.code)}",
        "request_code": request.code,
        **more,
    }
    return Letter(
        key=f"{template}:{appointment.code}",
        template=template,
        unit_id=day.unit_id,
        phone=citizen.phone,
        email=citizen.email,
        locale=request.locale,
        facts=facts,
        request_id=request.id,
    )
